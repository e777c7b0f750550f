"""Fit of the model that combines the probabilities of the signal and the image network."""
