"""Makes the bundled demo: its data set with planted defects, and its small base model."""
