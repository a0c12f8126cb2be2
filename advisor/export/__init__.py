"""Exports: one file per target."""
