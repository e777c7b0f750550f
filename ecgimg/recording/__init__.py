"""The heart: a recording of up to 12 leads, how well it was read, and how it is written and read."""
