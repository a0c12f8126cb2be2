"""Checks of rows: each counts one kind of trouble; judging the counts is the rules' work."""
