"""The words left of the heart: arrays, leads, and what passes between the stages of a page."""
