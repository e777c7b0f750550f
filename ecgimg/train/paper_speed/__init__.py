"""Fit of the model that distinguishes paper speeds by the beats."""
