"""What a person can fix by hand: each question with its reading of an answer."""
