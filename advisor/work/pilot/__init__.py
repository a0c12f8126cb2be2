"""The pilot: a small real fine-tune that measures whether a large one would pay."""
