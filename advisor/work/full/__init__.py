"""Scripts of the full run, exported as they stand: they know nothing of this program."""
