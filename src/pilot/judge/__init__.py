"""Judges a load: what of an API was read, what of that is in the tables, and what is proven by it.

`feeds` reads the ledger, `reading` says whether a feed was read to its end, `storing` whether what was read
is in the tables, and `verdicts` puts it into one line per table.
"""
