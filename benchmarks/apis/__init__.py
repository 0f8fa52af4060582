"""Local servers that behave like real public APIs, and how many of them pilot loads completely."""
