"""Fit of the model that distinguishes 50 from 25 mm/s by the beats."""
