"""The verdict: where a case stands, the decision table and its words."""
