"""Training of PatchECG and its baselines."""
