"""Time, energy and money of the full run, here and elsewhere."""
