"""Measures `ecgimg serve`: seconds, many clients at once, hostile uploads."""
