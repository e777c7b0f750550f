"""Benchmark of statements: against SCP codes, on paper, and on the questions of ECG-Reasoning-Benchmark."""
