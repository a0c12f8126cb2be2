"""The case, its jobs and its simulations in the application's hands."""
