"""Benchmark of the whole chain, from drawn pages to findings."""
