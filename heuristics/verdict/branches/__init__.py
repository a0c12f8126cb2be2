"""The branches of the decision table, by what they look at."""
