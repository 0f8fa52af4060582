"""One validator per file: the property that should hold."""
