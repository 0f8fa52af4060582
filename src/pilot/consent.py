"""The one gate for contacting a host, changing a file and running the script."""

from __future__ import annotations


class Consent:
    """The gate."""

    def contact(self, host: str, why: str) -> None:
        """Raises Declined unless the host may be contacted."""
        raise NotImplementedError
