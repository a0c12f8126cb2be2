"""What the claims about speed rest on; each file is one command."""
