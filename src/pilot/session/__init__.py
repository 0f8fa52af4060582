"""The notebook: cells, state and snapshots, on disk and at any moment complete."""
