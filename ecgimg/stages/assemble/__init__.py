"""Stage: curves and layout made a recording."""
