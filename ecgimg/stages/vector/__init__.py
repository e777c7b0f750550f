"""Reads the curves and words of a page that a PDF draws: VectorPage -> rows of curves, landmarks, points of cells."""
