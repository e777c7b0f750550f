"""Fit of the model that joins the two networks' probabilities."""
