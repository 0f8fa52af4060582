"""The engine: runs a policy over a session, with remedies, bounds and pauses."""
