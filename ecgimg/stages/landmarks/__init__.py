"""Stage: a sheet turned upright, with its rows, lead names, pulses and printed scales."""
