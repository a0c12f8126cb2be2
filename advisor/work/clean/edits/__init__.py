"""Edits of texts: each a plain function from a text to the text mended, itself when nothing is wrong."""
