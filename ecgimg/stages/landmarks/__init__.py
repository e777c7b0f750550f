"""Stage: Sheet -> UprightSheet, the sheet turned upright, with its baselines, lead names, pulses and scale texts.

`find.find_landmarks` runs the landmark network on the sheet, turned by quarter turns until its rows and lead names can
be read; `pulses` measures the calibration pulses; `constants` holds all thresholds.
"""
