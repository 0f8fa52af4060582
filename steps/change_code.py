"""Change the script as the person asks, in words."""

from dataclasses import replace

from pilot.api.auth_words import hands_over_a_key, may_concern_keys
from pilot.api.joining import by_name, joined_profiles, paging_open, with_paging_of
from pilot.api.profile import ApiProfile
from pilot.api.words import hosts_in
from pilot.corrections import said_auth
from pilot.drafting import as_wished, brief_of, names_of, write_agreed, writer_choice
from pilot.errors import AnswerMissing
from pilot.facts import Facts
from pilot.kit import Kit
from pilot.project.preview import has_preview
from pilot.session.session import Session
from pilot.step import Outcome, Status, Step
from pilot.writers.builtin.wishes import wants_pages


class ChangeCode(Step):
    """The writer's change, shown as a diff and agreed to."""

    title = "Change code"
    needs = ("names", "writer", "request")
    gives = ("written",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Draft the change until the person agrees."""
        request = session.facts.request or ""
        if hands_over_a_key(request):
            script = kit.project.read(names_of(session.facts).script) or ""
            learned = Facts(preview_removed=not has_preview(script))
            return Outcome(Status.SKIPPED, "the script takes its key from the secrets", learned)
        _need_secrets(session, kit, request)
        # the change is checked like a first draft, so it may bring a preview again
        brief = replace(brief_of(session, kit), preview_removed=False)
        if hosts := hosts_in(request):
            kit.consent.person_named(hosts)
            brief = replace(brief, profile=_with_new(kit, brief.profile, request, session))
            request = by_name(request, brief.profile)
        if wants_pages(request) and paging_open(brief.profile):
            brief = replace(brief, profile=_looked_again(kit, brief.profile, session))
        written = write_agreed(session, kit, *as_wished(brief, request))
        learned = replace(written.learned, preview_removed=not has_preview(written.text))
        return Outcome(says=written.says, learned=learned, shows=written.shows)


def _need_secrets(session: Session, kit: Kit, request: str) -> None:
    """No model is paid for a change that can't be checked, for lack of a key that nobody is there to give."""
    if kit.host.interactive or writer_choice(session.facts).kind != "model" or may_concern_keys(request):
        return
    wanted = kit.project.secrets.wanted(names_of(session.facts))
    if missing := [secret.path for secret in wanted if not secret.present]:
        name = missing[0].rpartition(".")[2]
        raise AnswerMissing(f"the secret {missing[0]}", f"--secret {name}=env:VARIABLE (or =file:PATH)")


def _with_new(kit: Kit, known: ApiProfile, request: str, session: Session) -> ApiProfile:
    """What is known of the API, and of the endpoints that the request names."""
    secrets = kit.project.secrets.values_of(session.facts.secrets or ())
    with kit.host.working("Looking at what you named") as progress:
        seen = kit.prober.probe(request, None, secrets, progress.say)
    return joined_profiles(known, seen)


def _looked_again(kit: Kit, known: ApiProfile, session: Session) -> ApiProfile:
    """What is known, with the paging that can be proven now: a list may have grown past its first page."""
    facts = session.facts
    secrets = kit.project.secrets.values_of(facts.secrets or ())
    with kit.host.working("Looking at the pages again") as progress:
        seen = kit.prober.probe(
            facts.goal or "", facts.docs, secrets, progress.say, facts.picked or (), said_auth(facts)
        )
    return with_paging_of(known, seen)
