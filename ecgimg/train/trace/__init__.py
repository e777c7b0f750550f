"""Training of the trace network."""
