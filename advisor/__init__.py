"""Engine: gathers facts, keeps the case, starts jobs, writes exports."""
