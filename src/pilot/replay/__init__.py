"""Does again what a record of a session tells: a bug report that can be run."""
