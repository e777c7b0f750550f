"""Benchmark of PatchECG under layouts and blacked-out leads."""
