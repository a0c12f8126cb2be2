"""The recipe: every setting with its reason, and the model that is recommended."""
