"""Rules: facts and limits in, findings out."""
