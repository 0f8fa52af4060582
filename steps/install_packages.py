"""Install what the script imports and does not find: into the project's own environment, after consent."""

import os

from pilot.drafting import names_of
from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind
from pilot.kit import Kit
from pilot.project.installing import ENVIRONMENT, Installation, carry_out, planned
from pilot.project.requirements import requirements_with
from pilot.screen import Line
from pilot.session.session import Session
from pilot.step import Outcome, Step

_REQUIREMENTS = "requirements.txt"


class InstallPackages(Step):
    """Well-known packages only. They go into requirements.txt too, and never into pilot's own environment."""

    title = "Install packages"
    needs = ("names",)

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Show the exact commands, ask for each package, install."""
        names_of(session.facts)
        reason = session.reason or Finding(FindingKind.IMPORT_MISSING, "A package is missing.")
        listed = reason.evidence.get("packages")
        packages = [str(package) for package in listed] if isinstance(listed, list) else []
        if not packages:
            raise StepFailed(reason, "Install what brings the module into the project's .venv.")
        plan = planned(kit.project.root, packages)
        _agree(kit, reason, packages, plan)
        needed = requirements_with(kit.project.read(_REQUIREMENTS) or "", packages)
        if needed is not None:
            kit.consent.change(_REQUIREMENTS, needed)
        with kit.host.working(f"Installing {', '.join(packages)}") as progress:
            carry_out(plan, kit.project.root, os.environ, progress.write)
        made = f", {ENVIRONMENT} made" if plan.makes_environment else ""
        return Outcome(says=f"{', '.join(packages)} in {ENVIRONMENT}{made}")


def _agree(kit: Kit, reason: Finding, packages: list[str], plan: Installation) -> None:
    kit.host.show(*(Line(command, "quiet") for command in plan.told))
    where = f"a new {ENVIRONMENT}" if plan.makes_environment else ENVIRONMENT
    for package in packages:
        if not kit.consent.install(package, f"into the project's {where}"):
            raise StepFailed(reason, f"Not installed. By hand: {plan.told[-1]}; then pilot resume.")
