"""Stage: a photo made a straight sheet of known scale, by its grid or by the paper's edges."""
