"""Training for a hospital's own targets: recipes, recordings joined to a table, encoders, and the folder they make."""
