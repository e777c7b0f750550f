"""Stage: Sheet, Traces and LayoutMatch -> Recording, 12 leads in mV on one absolute clock.

`assemble.assemble` is the recipe: `readings` puts every cell's heights on the clock of the page, `lead_laws` makes
readings of the same leads agree, `page_warnings` lists what a reader should check; `constants` holds all thresholds.
"""
