"""Thresholds and constants, each a field of a frozen value that the thresholds preset fills."""
