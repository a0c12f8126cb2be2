"""What this machine is and what it can really do, one part per file."""
