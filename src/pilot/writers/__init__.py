"""Writers of code: the contract, the one that asks a model, and the built-in one."""
