"""Memory of a training step: by formula, by simulation, divided among GPUs, corrected by measurements."""
