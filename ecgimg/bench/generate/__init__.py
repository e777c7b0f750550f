"""Measures generated recordings: what was asked for, against what real records show."""
