"""Stage: the paper format of a sheet, its cells in place, and its scales."""
