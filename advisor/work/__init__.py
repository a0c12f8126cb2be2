"""Child processes: the one place that imports torch, transformers, datasets and other heavy libraries."""
