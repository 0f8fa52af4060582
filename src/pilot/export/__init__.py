"""Takes a session along: as a Jupyter notebook, as a page, as a record of everything."""
