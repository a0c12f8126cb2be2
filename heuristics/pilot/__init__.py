"""The pilot: what it consists of, what it can afford, and what is worked out from it."""
