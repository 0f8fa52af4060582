"""Where the person is: a terminal, or nobody. Nothing else in pilot prints or asks."""
