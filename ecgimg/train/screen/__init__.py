"""Training of the image network."""
