"""Reads data sets: files to rows, rows to examples, examples to checks, lengths and splits."""
