"""pilot: a copilot for dlt pipelines in the terminal."""

__version__ = "0.1.0"
