"""Scripts that try to get out: what each is held by, at which level of the fence."""
