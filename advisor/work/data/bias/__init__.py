"""Differences between groups of people: who is named, with what, and how their rows are answered."""
