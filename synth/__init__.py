"""Synthetic ECG pages with exact truth."""
