"""Aligned records: one ECG as waveform, page, beats and statements under one identifier, and data sets of them.

`page` makes the record of a page or recording that was read, `drawn` that of a page that was drawn, `record` has what
both share. `tables`, `parquet`, `croissant` and `datasheet` make a data set of a folder of records; `validate` checks
either.
"""
