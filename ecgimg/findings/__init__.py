"""The words right of the heart: statements, opinions of the networks, findings and the report."""
