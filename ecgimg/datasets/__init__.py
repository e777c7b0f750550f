"""Labelled records that networks learn from and are measured on."""
