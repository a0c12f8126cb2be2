"""What is known about the machine, the data, the model and the pilot: frozen, None where not known yet."""
