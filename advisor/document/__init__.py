"""What one would send to a team: the case as one HTML page, as Markdown, and as a model card."""
