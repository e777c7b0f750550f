"""Benchmark of completion: generated leads against those that were recorded, and what a classifier makes of them."""
