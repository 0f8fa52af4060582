"""The built-in steps: one file each, named after what it does."""
