"""Rules: pure functions from facts to findings, estimates, plans and verdicts."""
