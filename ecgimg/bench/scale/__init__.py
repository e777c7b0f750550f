"""Benchmark of runs over very many pages: what a run costs beside the reading, and what kills leave of it."""
