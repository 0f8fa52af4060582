"""What each command does once its flags are parsed; every function returns an exit code."""
