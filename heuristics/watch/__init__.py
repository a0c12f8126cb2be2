"""Online detectors of trouble in a run, and what it points to."""
