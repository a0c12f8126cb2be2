"""The simulate job: a real training step on tensors that have sizes but no memory."""
