"""The engine: order, validators, remedies, going back, bounds, and what is recorded whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from pilot.consent import Consent
from pilot.engine.engine import Engine
from pilot.errors import AnswerMissing, Declined, Interrupted, Replan, StepFailed, Tangent, UsageError
from pilot.facts import Facts
from pilot.finding import Finding, FindingKind, Remedy
from pilot.kit import Kit
from pilot.options import Options
from pilot.policy import Limits, Policy, StepUse
from pilot.run.result import Ending, RunMode, RunResult
from pilot.run.runner import ScriptRunner
from pilot.run.starting import FreshInterpreter
from pilot.screen import Line
from pilot.session.cell import Cell, CellState
from pilot.session.session import Session
from pilot.session.store import Store
from pilot.step import Outcome, Status, Step
from pilot.testing import ScriptedHost
from pilot.validator import Validator
from pilot.writers.writer import Usage
from tests.support.rooms import PlainRedactor

_BROKEN = Finding(FindingKind.CODE_ERROR, "KeyError: 'data'", Remedy.REPAIR)
Act = Callable[[Session, Kit], Outcome]


class _Does(Step):
    """A step that does what a test says, one act per run; the last one again and again."""

    title = "Does"

    def __init__(
        self, *acts: Act | Outcome | BaseException, needs: Sequence[str] = (), gives: Sequence[str] = ()
    ):
        self.acts = list(acts) or [Outcome()]
        self.runs = 0
        self.needs = tuple(needs)  # type: ignore[misc]  # a class variable that tests set per instance
        self.gives = tuple(gives)  # type: ignore[misc]

    def run(self, session: Session, kit: Kit) -> Outcome:
        """The next act."""
        act = self.acts[min(self.runs, len(self.acts) - 1)]
        self.runs += 1
        if isinstance(act, BaseException):
            raise act
        return act if isinstance(act, Outcome) else act(session, kit)


class _Finds(Validator):
    """Finds what a test says, once per look."""

    def __init__(self, *findings: Finding | None) -> None:
        self._findings = list(findings)

    def check(self, session: Session, outcome: Outcome) -> Sequence[Finding]:
        """The next finding, or none."""
        found = self._findings.pop(0) if self._findings else None
        return [found] if found else []


@dataclass
class _Asked:
    """A writer room that only counts."""

    usage: Usage = field(default_factory=Usage)


@dataclass
class _House:
    """An engine over named steps and validators, with a person who follows a script."""

    session: Session
    host: ScriptedHost
    asked: _Asked
    steps: dict[str, Step]
    validators: dict[str, Validator]
    policies: dict[str, Policy]

    def __post_init__(self) -> None:
        self.engine = Engine(self, self.session)
        nothing = cast("Consent", None)
        self.engine.kit = Kit(
            host=self.host,
            consent=nothing,
            project=nothing,  # type: ignore[arg-type]  # these steps use no party
            prober=nothing,  # type: ignore[arg-type]
            writers=self.asked,  # type: ignore[arg-type]
            runner=ScriptRunner(Path(), FreshInterpreter(Path), str),
            warehouse=nothing,  # type: ignore[arg-type]
            policies=self.engine,
            options=Options(),
        )

    def step(self, name: str) -> Step:
        return self.steps[name]

    def validator(self, name: str) -> Validator:
        return self.validators[name]

    def policy(self, name: str) -> Policy:
        return self.policies[name]

    def run(self, policy: Policy) -> Cell | None:
        return self.engine.run_policy(policy)

    def states(self) -> list[tuple[str, str]]:
        return [(cell.step, cell.state.value) for cell in self.session.cells]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path)
    yield store
    store.close()


def _house(
    store: Store,
    steps: dict[str, Step],
    *answers: str,
    attended: bool = False,
    validators: dict[str, Validator] | None = None,
    policies: dict[str, Policy] | None = None,
) -> _House:
    session = Session.start(store, PlainRedactor(), "p", Facts())
    host = ScriptedHost(answers, interactive=attended)
    return _House(session, host, _Asked(), steps, validators or {}, policies or {})


def _policy(*names: str, repairs: int = 3, returns: int = 5, **remedies: str) -> Policy:
    return Policy(
        title="P",
        name="p",
        step=tuple(StepUse(name) for name in names),
        remedies={Remedy(kind): step for kind, step in remedies.items()},
        limits=Limits(repairs, returns),
    )


def _failing(finding: Finding = _BROKEN) -> Outcome:
    return Outcome(Status.FAILED, "failed", findings=(finding,))


def _numbered(number: int) -> Outcome:
    return _failing(Finding(FindingKind.CODE_ERROR, f"error {number}", Remedy.REPAIR))


def test_steps_run_in_order_and_what_they_learn_is_known(store: Store) -> None:
    house = _house(store, {"a": _Does(Outcome(learned=Facts(goal="x"))), "b": _Does(needs=["goal"])})
    assert house.run(_policy("a", "b")) is None
    assert house.states() == [("a", "done"), ("b", "done")]
    assert house.session.facts.goal == "x"


def test_a_step_whose_need_is_unknown_is_preceded_by_the_one_that_gives_it(store: Store) -> None:
    ask = _Does(Outcome(learned=Facts(name="weather")), gives=["name"])
    house = _house(store, {"init": _Does(needs=["name"]), "ask": ask})
    assert house.run(_policy("init", "ask")) is None
    assert [step for step, _ in house.states()] == ["ask", "init"]


def test_a_need_that_nothing_gives_is_an_error_that_names_it(store: Store) -> None:
    house = _house(store, {"a": _Does(needs=["moonlight"])})
    with pytest.raises(UsageError, match="moonlight"):
        house.run(_policy("a"))


def test_a_finished_step_does_not_run_again(store: Store) -> None:
    first, second = _Does(), _Does(_failing(), Outcome())
    house = _house(store, {"a": first, "b": second})
    assert house.run(_policy("a", "b")) is not None
    assert house.run(_policy("a", "b")) is None
    assert (first.runs, second.runs) == (1, 2)


def test_a_finding_is_repaired_and_the_step_runs_again(store: Store) -> None:
    reasons: list[Finding | None] = []

    def mend(session: Session, kit: Kit) -> Outcome:
        reasons.append(session.reason)
        return Outcome(says="mended")

    house = _house(store, {"a": _Does(_failing(), Outcome()), "mend": _Does(mend)})
    assert house.run(_policy("a", repair="mend")) is None
    cell, repair = house.session.cells
    assert (cell.state, cell.attempts, cell.repairs, cell.failure) == (CellState.DONE, 2, 1, None)
    assert (repair.parent, repair.step, reasons) == (cell.id, "mend", [_BROKEN])


def test_validators_of_the_policy_and_of_the_step_both_watch(store: Store) -> None:
    policy = Policy("P", (StepUse("a", ("two",)),), "p", ("one",))
    other = Finding(FindingKind.EMPTY_TABLE, "empty")
    house = _house(store, {"a": _Does()}, validators={"one": _Finds(None), "two": _Finds(other)})
    failed = house.run(policy)
    assert failed is not None
    assert failed.failure == other


def test_repairs_are_bounded(store: Store) -> None:
    step, mend = _Does(*(_numbered(i) for i in range(9))), _Does()
    house = _house(store, {"a": step, "mend": mend})
    failed = house.run(_policy("a", repair="mend", repairs=3))
    assert failed is not None
    assert (step.runs, mend.runs, failed.state) == (4, 3, CellState.FAILED)


def test_no_repairs_allowed_means_none_is_tried(store: Store) -> None:
    mend = _Does()
    house = _house(store, {"a": _Does(_failing()), "mend": mend})
    assert house.run(_policy("a", repair="mend", repairs=0)) is not None
    assert mend.runs == 0


def test_the_same_failure_coming_back_unchanged_ends_the_repairs_early(store: Store) -> None:
    mend = _Does()
    house = _house(store, {"a": _Does(_failing()), "mend": mend})
    assert house.run(_policy("a", repair="mend")) is not None
    assert mend.runs == 1


def test_a_remedy_that_fails_ends_the_step_with_the_step_s_own_failure(store: Store) -> None:
    beyond = StepFailed(Finding(FindingKind.BEYOND_WRITER, "beyond"), "this needs a model")
    house = _house(store, {"a": _Does(_failing()), "mend": _Does(beyond)})
    failed = house.run(_policy("a", repair="mend"))
    assert failed is not None and failed.failure is not None
    assert (failed.failure.kind, failed.failure.hint) == (FindingKind.CODE_ERROR, "this needs a model")


def test_a_finding_can_send_the_policy_back_to_an_earlier_step(store: Store) -> None:
    refused = _failing(Finding(FindingKind.SECRET_REFUSED, "401", Remedy.SECRET))
    seen: list[Finding | None] = []

    def wait(session: Session, kit: Kit) -> Outcome:
        seen.append(session.reason)
        return Outcome()

    between = _Does()
    steps: dict[str, Step] = {"wait": _Does(wait), "between": between, "check": _Does(refused, Outcome())}
    house = _house(store, steps)
    assert house.run(_policy("wait", "between", "check", secret="wait")) is None
    assert between.runs == 2
    assert [finding.kind if finding else None for finding in seen] == [None, FindingKind.SECRET_REFUSED]


def test_going_back_is_bounded(store: Store) -> None:
    refused = _failing(Finding(FindingKind.SECRET_REFUSED, "401", Remedy.SECRET))
    wait = _Does()
    house = _house(store, {"wait": wait, "check": _Does(refused)})
    assert house.run(_policy("wait", "check", secret="wait", returns=2)) is not None
    assert wait.runs == 3


def test_a_declined_act_is_recorded_and_ends_the_policy(store: Store) -> None:
    house = _house(store, {"a": _Does(Declined("no"))})
    with pytest.raises(Declined):
        house.run(_policy("a"))
    assert house.states() == [("a", "declined")]


def test_a_missing_answer_leaves_the_step_open(store: Store) -> None:
    house = _house(store, {"a": _Does(AnswerMissing("key?", "--secret"), Outcome())})
    with pytest.raises(AnswerMissing):
        house.run(_policy("a"))
    assert house.states() == [("a", "interrupted")]
    assert house.run(_policy("a")) is None


def test_a_defect_is_recorded_and_raised(store: Store) -> None:
    house = _house(store, {"a": _Does(ZeroDivisionError("oops"))})
    with pytest.raises(ZeroDivisionError):
        house.run(_policy("a"))
    assert house.states() == [("a", "failed")]


def test_ctrl_c_with_nobody_there_leaves(store: Store) -> None:
    house = _house(store, {"a": _Does(KeyboardInterrupt())})
    with pytest.raises(Interrupted):
        house.run(_policy("a"))
    assert house.states() == [("a", "interrupted")]


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), "run"])
def test_ctrl_c_asks_and_can_run_the_step_again(store: Store, stop: BaseException | str) -> None:
    stopped = RunResult(RunMode.CHECK, Ending.INTERRUPTED, -2, 1.0, "", "")
    first = Outcome(run=stopped) if isinstance(stop, str) else stop
    step = _Does(first, Outcome())
    house = _house(store, {"a": step}, "r", attended=True)
    assert house.run(_policy("a")) is None
    assert step.runs == 2


def test_ctrl_c_again_while_a_stopped_run_is_cleared_up_leaves_at_once(store: Store) -> None:
    def pressed_twice(session: Session, kit: Kit) -> Outcome:
        kit.runner.stopped += 1
        raise KeyboardInterrupt

    house = _house(store, {"a": _Does(pressed_twice, Outcome())}, "r", attended=True)
    with pytest.raises(Interrupted):
        house.run(_policy("a"))
    assert house.states() == [("a", "interrupted")]


def test_ctrl_c_and_leave_is_an_interruption(store: Store) -> None:
    house = _house(store, {"a": _Does(KeyboardInterrupt())}, "l", attended=True)
    with pytest.raises(Interrupted):
        house.run(_policy("a"))
    assert house.states() == [("a", "interrupted")]


def test_words_at_the_pause_change_the_code_and_the_step_runs_again(store: Store) -> None:
    requests: list[str | None] = []

    def change(session: Session, kit: Kit) -> Outcome:
        requests.append(session.facts.request)
        return Outcome()

    write = _Does(Outcome(learned=Facts(written=True)))
    steps: dict[str, Step] = {"w": write, "a": _Does(_failing(), Outcome()), "change": _Does(change)}
    house = _house(store, steps, "use page numbers", attended=True)
    assert house.run(_policy("w", "a", change="change")) is None
    assert requests == ["use page numbers"]


def test_the_person_can_stop_where_repairs_end(store: Store) -> None:
    house = _house(store, {"a": _Does(_failing())}, "l", attended=True)
    failed = house.run(_policy("a"))
    assert failed is not None
    assert failed.state is CellState.FAILED


@pytest.mark.parametrize("attended", [True, False])
def test_what_a_step_shows_is_seen_before_it_is_asked_about_and_once(store: Store, attended: bool) -> None:
    seen = Line("130 rows of 170")
    house = _house(store, {"a": _Does(replace(_failing(), shows=(seen,)))}, "l", attended=attended)
    failed = house.run(_policy("a"))
    assert failed is not None and failed.shown == (seen,)
    first, rest = (seen,), house.host.closed[-1].shown
    assert (tuple(house.host.shown[:1]), rest) == ((first, ()) if attended else ((), first))


def test_cells_taken_back_at_a_prompt_run_again(store: Store) -> None:
    first = _Does()

    def take_back(session: Session, kit: Kit) -> Outcome:
        session.make_stale(cell for cell in session.cells if cell.step == "a")
        raise Replan

    house = _house(store, {"a": first, "b": _Does(take_back, Outcome())})
    assert house.run(_policy("a", "b")) is None
    assert first.runs == 2
    assert house.states() == [("a", "stale"), ("b", "undone"), ("a", "done"), ("b", "done")]


def test_a_policy_within_a_step_runs_below_it(store: Store) -> None:
    def refine(session: Session, kit: Kit) -> Outcome:
        assert kit.policies.run("inner", Facts(request="more"), "Refine: more").state is CellState.DONE
        return Outcome()

    inner = Policy("Inner", (StepUse("x"),), "inner")
    house = _house(store, {"a": _Does(refine), "x": _Does()}, policies={"inner": inner})
    assert house.run(_policy("a")) is None
    outer, request, child = house.session.cells
    assert (request.parent, child.parent, request.input) == (outer.id, request.id, "more")


def test_tokens_are_counted_once_in_the_cell_that_asked(store: Store) -> None:
    def costs(session: Session, kit: Kit) -> Outcome:
        house.asked.usage += Usage(1, 100, 10)
        return _failing() if house.asked.usage.requests == 1 else Outcome()

    house = _house(store, {"a": _Does(costs), "mend": _Does(costs)})
    assert house.run(_policy("a", repair="mend")) is None
    assert house.session.usage == Usage(3, 300, 30)
    assert [cell.usage.requests for cell in house.session.cells] == [2, 1]


def test_after_a_remedy_what_the_step_looks_at_runs_again_first(store: Store) -> None:
    load, mend = _Does(), _Does()
    steps: dict[str, Step] = {"load": load, "check": _Does(_failing(), Outcome()), "mend": mend}
    house = _house(store, steps)
    entries = (StepUse("load"), StepUse("check", rerun=("load",)))
    policy = Policy("P", entries, "p", remedies={Remedy.REPAIR: "mend"})
    assert house.run(policy) is None
    assert (load.runs, mend.runs) == (2, 1)
    assert [cell.step for cell in house.session.cells] == ["load", "check", "mend", "load"]


def test_a_step_that_fails_when_it_runs_again_ends_the_remedy(store: Store) -> None:
    load = _Does(Outcome(), _failing(Finding(FindingKind.DESTINATION, "locked")))
    steps: dict[str, Step] = {"load": load, "check": _Does(_failing()), "mend": _Does()}
    house = _house(store, steps)
    entries = (StepUse("load"), StepUse("check", rerun=("load",)))
    failed = house.run(Policy("P", entries, "p", remedies={Remedy.REPAIR: "mend"}))
    assert failed is not None
    assert failed.failure is not None and failed.failure.kind is FindingKind.CODE_ERROR


def _took_back(step: str, parent: str | None) -> Act:
    """A prompt at which the person goes back to a step below a cell."""

    def act(session: Session, kit: Kit) -> Outcome:
        session.make_stale(cell for cell in session.cells if cell.step == step)
        below = next((cell.id for cell in session.cells if cell.step == parent), None)
        raise Replan(below)

    return act


def test_cells_taken_back_below_a_cell_run_again_there(store: Store) -> None:
    inner = Policy("Inner", (StepUse("x"), StepUse("y")), "inner")
    steps: dict[str, Step] = {"x": _Does(), "y": _Does(_took_back("x", "inner"), Outcome())}
    house = _house(store, steps, policies={"inner": inner})
    assert house.engine.run("inner", Facts(), "Part").state is CellState.DONE
    expected = [("inner", "done"), ("x", "stale"), ("y", "undone"), ("x", "done"), ("y", "done")]
    assert house.states() == expected


def test_going_back_to_what_lies_before_a_part_ends_the_part(store: Store) -> None:
    def refine(session: Session, kit: Kit) -> Outcome:
        kit.policies.run("inner", Facts(), "Part")
        return Outcome()

    inner = Policy("Inner", (StepUse("x"),), "inner")
    steps: dict[str, Step] = {"a": _Does(), "b": _Does(refine), "x": _Does(_took_back("a", None), Outcome())}
    house = _house(store, steps, policies={"inner": inner})
    assert house.run(_policy("a", "b")) is None
    first, second = house.states()[:4], house.states()[4:]
    assert first == [("a", "stale"), ("b", "undone"), ("inner", "undone"), ("x", "undone")]
    assert second == [("a", "done"), ("b", "done"), ("inner", "done"), ("x", "done")]


def test_cells_can_be_taken_back_in_the_midst_of_a_change(store: Store) -> None:
    write = _Does(Outcome(learned=Facts(written=True)))
    steps: dict[str, Step] = {
        "w": write,
        "a": _Does(Tangent("other names"), Outcome()),
        "change": _Does(_took_back("w", None)),
    }
    house = _house(store, steps)
    assert house.run(_policy("w", "a", change="change")) is None
    assert (write.runs, house.states()[-2:]) == (2, [("w", "done"), ("a", "done")])
