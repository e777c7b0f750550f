"""The networks, one file each: what it is, its shapes, and its pre- and post-processing in numpy."""
