"""Terminal: one small file per step, shared widgets, one app."""
