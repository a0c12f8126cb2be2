"""Cleaning: fixes applied to a copy of a data set, each change written down."""
