"""Stage: Photo -> Sheet, a flat page at 8 px/mm with its grid horizontal and vertical, and the map back to the photo.

Four ways, each a function that returns a `Sheet`, or None where it sees no grid:

    by_grid.by_grid                 one homography for the whole grid, then the grid's phase
    by_grid.by_grid_in_box          the same inside a box of the photo
    by_grid.by_warped_grid          strongly bent paper: the grid is followed from tile to tile, then the grid's phase
    by_paper_edges.by_paper_edges   no grid: the corners of the paper, at a given size

The order in which they are tried stands in `ecgimg.pipelines.page_search`. The grid way runs through
`grid_fit` (tiles, comb, rays, homography, bent_grid), `flat_page`, `sheet_nodes` (phase, smoothing), `grid_region` and
`resample`; `constants` holds all thresholds.
"""
