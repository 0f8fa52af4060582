"""Look at the API before any code is written for it."""

from pilot.api.openapi.matching import by_words, first_names, has_path, named
from pilot.api.show import profile_blocks, profile_line
from pilot.api.survey import Offer, Survey
from pilot.api.words import hosts_in
from pilot.corrections import as_said, said_auth
from pilot.errors import AnswerMissing
from pilot.facts import Facts
from pilot.host import Choice, Question
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step


class ProbeApi(Step):
    """A few read-only requests to the URLs that the person named."""

    title = "Probe API"
    needs = ("goal",)
    gives = ("profile",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Probe, and show what was seen; nothing to probe is said and is no failure."""
        if session.facts.verified:
            return Outcome(Status.SKIPPED, "nothing to write, so nothing to look at")
        goal, docs = session.facts.goal or "", kit.options.docs or session.facts.docs
        kit.consent.person_named(hosts_in(f"{goal} {docs or ''}"))
        with kit.host.working("Looking for what describes the API") as progress:
            survey = kit.prober.survey(goal, docs, progress.say)
        picked = _picked(survey, goal, kit, kit.options.endpoints or _named_before(session))
        with kit.host.working("Looking at the API") as progress:
            said = said_auth(session.facts)
            profile = kit.prober.probe(goal, docs, _keys(session, kit), progress.say, picked, said)
        profile = as_said(session.facts, profile)
        status = Status.DONE if profile.requests or profile.endpoints else Status.SKIPPED
        learned = Facts(profile=profile, docs=docs, picked=picked)
        says = profile_line(profile)
        shows = tuple(block for block in profile_blocks(profile) if getattr(block, "text", "") != says)
        return Outcome(status, says, learned, shows)


def _named_before(session: Session) -> tuple[str, ...]:
    """What `--endpoint` said when all was begun."""
    said = session.facts.extra.get("endpoints")
    return tuple(str(name) for name in said) if isinstance(said, list) else ()


def _picked(survey: Survey, goal: str, kit: Kit, endpoints: tuple[str, ...]) -> tuple[str, ...]:
    """Which of a spec's endpoints to load: those of `--endpoint`, else what the words mean, else asked."""
    if not survey.offers:
        return endpoints
    if endpoints:
        return tuple(offer.key for offer in named(survey, endpoints))
    meant = by_words(survey, goal)
    if has_path(survey, goal) or len(survey.offers) == 1 or (meant and not kit.host.interactive):
        return tuple(offer.key for offer in meant or survey.offers)
    offers = survey.listed or survey.offers
    if not kit.host.interactive:
        asked = f"Which of its {len(offers)} endpoints to load? {first_names(survey)}"
        raise AnswerMissing(asked, "--endpoint NAME_OR_PATH, or name them in --api")
    first = [*meant, *(offer for offer in offers if offer not in meant)]
    question = Question(
        f"Which endpoints? {survey.source} has {len(offers)}",
        flag="--endpoint NAME_OR_PATH",
        default=",".join(offer.key for offer in meant) or None,
        choices=tuple(Choice(offer.key, _label(offer)) for offer in first),
        free=False,
        many=True,
    )
    return tuple(kit.host.ask(question).split(","))


def _label(offer: Offer) -> str:
    return f"{offer.key}  {offer.summary}".strip()


def _keys(session: Session, kit: Kit) -> dict[str, str]:
    """The keys that were given for this API; none that may be the destination's."""
    given = kit.project.secrets.given()
    if session.facts.destination == "duckdb":
        return given
    return {name: value for name, value in given.items() if name.startswith("sources.")}
