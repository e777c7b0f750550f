"""Measures what becomes of pages that contradict themselves."""
