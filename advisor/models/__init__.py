"""Models: found on this machine or on the Hub, and read as facts with nothing executed."""
