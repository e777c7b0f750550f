"""Training of the generator of 12-lead signals."""
