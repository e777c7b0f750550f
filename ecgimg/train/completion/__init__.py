"""Fits the linear map that completes recordings, and trains its residual network."""
