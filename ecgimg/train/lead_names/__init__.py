"""Training of the network that reads lead names."""
