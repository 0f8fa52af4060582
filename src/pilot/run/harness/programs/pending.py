"""Aborts a pipeline's pending load packages; run by file path with the project's own Python and dlt."""

from __future__ import annotations

import sys


def main() -> None:
    """Abort them, and print whether there were any."""
    import dlt

    pipeline = dlt.attach(sys.argv[1])
    pending = pipeline.has_pending_data
    if pending:
        # older releases of dlt know only the second
        clear = getattr(pipeline, "abort_packages", None) or pipeline.drop_pending_packages
        clear()
    print("cleared" if pending else "nothing")


if __name__ == "__main__":
    main()
