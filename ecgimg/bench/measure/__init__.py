"""Benchmark of measurements: waves and intervals against marks, on paper, and against diagnoses."""
