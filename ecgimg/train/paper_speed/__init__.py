"""Fit of the model that tells 50 from 25 mm/s by the beats."""
