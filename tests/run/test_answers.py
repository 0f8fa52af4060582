"""The memory of answers: bounded, and only what is good and fresh."""

from __future__ import annotations

from pilot.run.answers import LONGEST_KEPT, MOST_ANSWERS, MOST_BYTES, AnswerMemory, RunAnswers


def test_errors_and_refusals_are_not_kept() -> None:
    memory = AnswerMemory()
    for status in (304, 400, 404, 429, 500):
        memory.keep(("a", 0), status, (), b"x")
    assert len(memory) == 0


def test_the_least_used_answers_go_first() -> None:
    memory = AnswerMemory()
    for number in range(MOST_ANSWERS):
        memory.keep((str(number), 0), 200, (), b"x")
    assert memory.get(("0", 0))
    memory.keep(("new", 0), 200, (), b"x")
    assert len(memory) == MOST_ANSWERS
    assert memory.get(("0", 0)) and memory.get(("1", 0)) is None


def test_bytes_are_bounded_and_one_answer_does_not_take_all() -> None:
    memory = AnswerMemory()
    memory.keep(("large", 0), 200, (), bytes(MOST_BYTES // 8 + 1))
    assert len(memory) == 0
    for number in range(20):
        memory.keep((str(number), 0), 200, (), bytes(MOST_BYTES // 8))
    assert len(memory) == 8


def test_old_answers_are_not_served() -> None:
    now = [0.0]
    memory = AnswerMemory(lambda: now[0])
    memory.keep(("a", 0), 200, (), b"x")
    now[0] = LONGEST_KEPT + 1
    assert memory.get(("a", 0)) is None


def test_a_run_keeps_only_what_it_asked_for() -> None:
    memory = AnswerMemory()
    run = RunAnswers(memory)
    run.keep("never asked", 0, 200, (), b"x")
    assert run.ask("asked") == (0, None)
    run.keep("asked", 1, 200, (), b"x")
    run.keep("asked", 0, 200, (), b"x")
    assert len(memory) == 1
    times, kept = RunAnswers(memory).ask("asked")
    assert times == 0 and kept is not None and kept.body == b"x"
