"""Widgets that every step shares."""
