"""Read access to what was loaded: tables, counts, samples, queries."""
