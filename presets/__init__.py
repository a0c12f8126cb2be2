"""Data: TOML files and the bundled demo; no code."""
