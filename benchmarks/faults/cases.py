"""All pipelines of the benchmark."""

from __future__ import annotations

from benchmarks.faults.case import Case
from benchmarks.faults.healthy import HEALTHY
from benchmarks.faults.lookalikes import LOOKALIKES
from benchmarks.faults.lookalikes_more import LOOKALIKES_MORE
from benchmarks.faults.loud_answers import LOUD_ANSWERS
from benchmarks.faults.loud_code import LOUD_CODE
from benchmarks.faults.loud_destination import LOUD_DESTINATION
from benchmarks.faults.loud_others import LOUD_OTHERS
from benchmarks.faults.previews import PATIENT, PREVIEWS
from benchmarks.faults.silent_more import SILENT_MORE
from benchmarks.faults.silent_paging import SILENT_PAGING
from benchmarks.faults.silent_rows import SILENT_ROWS
from benchmarks.faults.strangers import STRANGERS

CASES: tuple[Case, ...] = (
    *LOUD_ANSWERS,
    *LOUD_CODE,
    *LOUD_DESTINATION,
    *LOUD_OTHERS,
    *PREVIEWS,
    *PATIENT,
    *SILENT_PAGING,
    *SILENT_ROWS,
    *SILENT_MORE,
    *HEALTHY,
    *LOOKALIKES,
    *LOOKALIKES_MORE,
    *STRANGERS,
)
