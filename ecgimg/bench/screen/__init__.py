"""Benchmark of the image network."""
