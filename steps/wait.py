"""Wait before trying again, as long as the API asked for."""

import time
from datetime import datetime, timedelta

from pilot.errors import StepFailed
from pilot.finding import Finding, FindingKind
from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Step

_FIRST, _LONGEST = 5.0, 300.0


class Wait(Step):
    """Counts down; Ctrl-C ends it. An API that wants more patience than pilot has ends it as well."""

    title = "Wait"

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Wait for the seconds in the finding's evidence; longer each time where none are named."""
        reason = session.reason or Finding(FindingKind.FAILED, "")
        asked = reason.evidence.get("retry_after")
        seconds = float(asked) if isinstance(asked, (int, float)) else _FIRST * 2 ** _waits_before(session)
        if seconds > _LONGEST:
            when = datetime.now() + timedelta(seconds=seconds)
            hint = f"It asks for {_counted(seconds)} of patience: pilot resume, at {when:%H:%M} or later."
            raise StepFailed(reason, hint)
        end = time.monotonic() + seconds
        with kit.host.working("Waiting") as progress:
            while (left := end - time.monotonic()) > 0:
                progress.say(f"Trying again in {left:.0f} s (Ctrl-C stops)")
                time.sleep(min(left, 1.0))
        return Outcome(says=f"waited {seconds:.0f} s")


def _waits_before(session: Session) -> int:
    """How often the same step has been waited for."""
    running = session.running
    return 0 if running is None else sum(c.step == running.step for c in session.children(running.parent)) - 1


def _counted(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
