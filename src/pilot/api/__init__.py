"""Looking at an API: read-only, bounded, and only at hosts that were agreed to."""
