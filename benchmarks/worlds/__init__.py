"""Small worlds whose right verdict is known beforehand, and a small base model that is at home in them."""
