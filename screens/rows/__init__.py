"""What the steps show, as values: rows with their details, pictures made of text."""
