"""What `pilot demo` works on."""
