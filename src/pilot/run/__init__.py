"""Running generated code in a child process, bounded, and telling what happened."""
