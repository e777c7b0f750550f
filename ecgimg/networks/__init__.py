"""The networks, one file each: specification, numpy pre- and post-processing."""
