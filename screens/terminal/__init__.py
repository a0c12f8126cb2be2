"""What the terminal itself needs: filters, window title, resizing, pauses that nobody feels."""
