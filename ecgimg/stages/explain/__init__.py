"""Stage: UprightSheet and the curves that were read -> ExplainedInk, and rows of curves that were not seen.

Everything dark on a sheet is a curve that was read, grid, print, a mark or a frame, or it is unexplained. `explain` is
the recipe; `ink` finds what is dark, `stretches` finds in it what may be a curve; `constants` holds all thresholds.
"""
