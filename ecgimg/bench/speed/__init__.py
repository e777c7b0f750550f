"""Benchmark of time and memory of whole processes."""
