"""Commands that can be typed at every prompt: what begins with a slash."""
