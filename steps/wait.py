"""Wait before trying again, as long as the API asked for."""

import time

from pilot.kit import Kit
from pilot.session.session import Session
from pilot.step import Outcome, Step

_USUAL, _LONGEST = 10.0, 300.0


class Wait(Step):
    """Counts down; Ctrl-C ends it."""

    title = "Wait"

    def run(self, session: Session, kit: Kit) -> Outcome:
        """Wait for the seconds in the finding's evidence, within reason."""
        evidence = session.reason.evidence if session.reason else {}
        asked = evidence.get("retry_after")
        seconds = min(float(asked) if isinstance(asked, (int, float)) else _USUAL, _LONGEST)
        end = time.monotonic() + seconds
        with kit.host.working("Waiting") as progress:
            while (left := end - time.monotonic()) > 0:
                progress.say(f"Trying again in {left:.0f} s")
                time.sleep(min(left, 1.0))
        return Outcome(says=f"waited {seconds:.0f} s")
