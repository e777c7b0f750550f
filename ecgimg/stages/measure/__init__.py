"""Stage: Recording -> Measurements, each figure with its uncertainty or with the reason why there is none.

`measure.measure` is the recipe: `delineate` finds the waves of each lead, `beats` joins those of all leads into beats,
`shapes` and `medians` measure amplitudes of beats and of each lead's median beat, and `rhythm`, `intervals`, `qtc`,
`axes` and `progression` make the figures of the page. `constants` holds all thresholds, `beat_rows` the columns of
MEETI.
"""
