"""A store: many pages as one Parquet data set, a row a page, which only needs pyarrow to be read."""
