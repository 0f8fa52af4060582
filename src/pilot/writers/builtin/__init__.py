"""The writer that needs no model: it writes by rule, from what was seen of the API."""

from __future__ import annotations

from pilot.writers.builtin.writer import BuiltinWriter

__all__ = ["BuiltinWriter"]
