"""The fence around generated code: what holds a script while it runs."""
