"""Headless commands: the same engine for scripts and continuous integration."""
