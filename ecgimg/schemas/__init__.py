"""The JSON models of what is written to disk."""
