"""A case as plain text for a person: one file per part, each giving lines."""
