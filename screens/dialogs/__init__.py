"""Screens that open above a step."""
