"""The constants of the stage: how the grid is found, followed and corrected, and how paper edges replace it."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant


@dataclass(frozen=True)
class StraightenConstants:
    """Thresholds, scales and weights of straightening; a node is a point every `node_mm` on the flat page."""

    # Scales
    work_side_px: int = constant(
        2000, unit="px", why="longest side of the picture in which the grid is searched: 1 mm needs 3 px"
    )
    max_enlargement: float = constant(3.0, unit="factor", why="a smaller picture is enlarged by no more than this")
    max_black_level: float = constant(60.0, unit="grey level", why="the ground of a picture that is white on black")
    min_bright_level: float = constant(128.0, unit="grey level", why="its lines, and paper in a dark photo")
    max_bright_share: float = constant(
        0.1,
        unit="share",
        why="lines cover less of a picture that is white on black; a dark photo of paper shows more",
        measured="one such picture 1 %; the darkest of 79 other real pictures 18 %",
    )
    flat_px_per_mm: float = constant(4.0, unit="px/mm", why="scale of the flat page on which the phase is measured")
    sheet_px_per_mm: float = constant(8.0, unit="px/mm", why="scale of the sheet that the networks read")
    node_mm: float = constant(2.5, unit="mm", why="distance of the nodes of the sheet's map")
    small_square_mm: float = constant(1.0, unit="mm", why="spacing of the fine lines of ECG paper")
    large_square_mm: float = constant(5.0, unit="mm", why="spacing of the bold lines of ECG paper")

    # Contrast of lines
    contrast_scale_px: float = constant(
        12.0, unit="px", why="standard deviation of the neighbourhood against which a line is dark"
    )
    min_contrast: float = constant(-1.0, unit="contrast", why="bright specks count no more than this")
    max_contrast: float = constant(2.5, unit="contrast", why="ink counts no more than this, about as much as a line")
    max_contrast_dense_ink: float = constant(
        1.0, unit="contrast", why="the limit of the second search, for a grid that dense curves hide"
    )
    contrast_floor_grey: float = constant(1.0, unit="grey levels", why="keeps noise of blank paper from being enlarged")
    ink_background_mm: float = constant(
        3.0, unit="mm", why="standard deviation of the neighbourhood against which ink is dark"
    )
    ink_grid_factor: float = constant(1.6, unit="factor", why="ink is darker than the grid's own lines by this factor")
    ink_offset_grey: float = constant(4.0, unit="grey levels", why="and by this many levels, where the grid is faint")

    # Spectra of tiles and their combs
    tile_px: int = constant(256, unit="px", why="side of the tiles whose spectra are taken")
    tile_stride_px: int = constant(128, unit="px", why="largest distance between neighbouring tiles")
    angle_steps: int = constant(360, unit="count", why="angles of a polar spectrum over half a turn, 0.5 degrees each")
    comb_harmonics: int = constant(6, unit="count", why="harmonics of a line spacing that a comb reads")
    min_lines_per_tile: float = constant(2.4, unit="lines/tile", why="widest spacing that is searched, 107 px")
    max_lines_per_tile: float = constant(80.0, unit="lines/tile", why="narrowest spacing that is searched, 3.2 px")
    frequency_step: float = constant(0.015, unit="log", why="steps between the frequencies that are searched, 1.5 %")
    partner_angle_reach_steps: int = constant(
        20, unit="half degrees", why="by how much the two directions of lines may miss a right angle"
    )
    partner_frequency_reach_steps: int = constant(
        13, unit="frequency steps", why="by how much the spacings of the two directions may differ, about 20 %"
    )
    diagonal_angle_reach_steps: int = constant(
        10, unit="half degrees", why="by how much lines seen aslant may miss the angle to their diagonals"
    )
    diagonal_frequency_reach_steps: int = constant(
        7, unit="frequency steps", why="by how much the spacing of lines seen aslant may miss that expected, 10 %"
    )
    lines_of_diagonal_share: float = constant(
        0.6,
        unit="share",
        why="of the contrast of a comb that the comb of its lines reaches where it is one of diagonals",
        measured="4 vendor pages 0.84 to 1, 80 other real and drawn pages 0.31 at most",
    )
    double_frequency_share: float = constant(
        0.5,
        unit="share",
        why="share of a comb's contrast that twice its frequency reaches only where that is the grid's",
    )
    min_comb_contrast: float = constant(
        1.15,
        unit="contrast",
        why="a page has a grid from this contrast of its comb",
        measured="noise, textures and pages of text stay under 1.1",
    )
    min_bent_comb_contrast: float = constant(
        2.0,
        unit="contrast",
        why="the same where every tile may have its own angle and frequency",
        measured="pages without a grid stay under 0.8, cloths at 1.8",
    )
    certain_comb_contrast: float = constant(5.0, unit="contrast", why="from this contrast the confidence is 1")
    assumed_confidence_factor: float = constant(
        0.7, unit="factor", why="lowers the confidence where the spacing of the lines is judged by their number"
    )
    min_other_level_contrast: float = constant(
        1.5, unit="contrast", why="from this contrast at a fifth (or five times) of the frequency a grid has two levels"
    )
    expected_tolerance: float = constant(
        0.1,
        unit="log",
        why="by how much squares may differ from those that pulses or columns let expect",
    )
    levels_tolerance: float = constant(
        0.045,
        unit="log",
        why="by how much five small squares may differ from a large one where both are looked for",
        measured="0.035 at most on 5 pages whose lines lie on whole pixels, 0.07 at least for other squares of 5 pages",
    )
    lines_of_near_strip: float = constant(
        24.0, unit="lines/tile", why="a strip seen from near is made so small that a tile holds five of its bold lines"
    )
    min_bold_contrast: float = constant(
        1.0,
        unit="contrast",
        why="from this contrast every fifth line of such a strip is bold",
        measured="large squares of 18 real pages stay under 0.5, three strips seen from near reach 1.6 to 2.9",
    )
    max_large_squares: int = constant(
        110, unit="count", why="more lines than this across a page are small squares: no page is 550 mm long"
    )
    tile_share: float = constant(
        0.3, unit="share", why="of the tiles that must show the grid: most pages fill the photo"
    )
    small_page_tile_share: float = constant(
        0.1, unit="share", why="the share of the second search, for a page that lies small on a table"
    )
    usual_percentile: int = constant(90, unit="percentile", why="of a page's strengths that stands for its usual one")
    faint_share: float = constant(
        0.6, unit="share", why="tiles under this share of the usual strength count less: tables and cloths are fainter"
    )
    tile_angle_reach_steps: int = constant(
        28, unit="half degrees", why="by how much perspective and folds may rotate a tile's grid against the page's"
    )
    tile_frequency_reach_steps: int = constant(
        17, unit="frequency steps", why="by how much perspective and folds may stretch a tile's grid, about 25 %"
    )
    known_strips: int = constant(8, unit="count", why="in which a flat page's known lines are looked for")
    known_scale_reach: float = constant(0.02, unit="share", why="by how much the tiles' squares may miss the lines'")
    known_scale_step: float = constant(0.0001, unit="share", why="steps of that; 0.03 mm over a page")
    known_frequency_reach_steps: int = constant(
        4, unit="frequency steps", why="the same of a grid whose squares are known, 6 %: coarse pictures are taken flat"
    )

    # Homography
    good_tile_percentile: int = constant(80, unit="percentile", why="of the tiles' weights that stands for a good tile")
    good_tile_share: float = constant(
        0.35, unit="share", why="tiles above this share of a good one's weight are fitted"
    )
    fit_scale: float = constant(
        0.03, unit="share", why="relative error of a tile's gradients above which the tile counts less"
    )
    fit_step: float = constant(1e-6, unit="share", why="step of the derivatives, and precision of the fit")
    max_fit_steps: int = constant(50, unit="count", why="Gauss-Newton steps of the fit")
    max_gradient_error: float = constant(
        0.1, unit="share", why="a tile agrees with the homography where its gradients differ by less than this"
    )
    min_agreeing_tiles: float = constant(
        0.75,
        unit="share",
        why="where fewer tiles agree with the homography, the paper is strongly bent",
        measured="70 photographed pages: 0.81 at least",
    )

    # Strongly bent paper
    bent_angle_reach_steps: int = constant(
        12, unit="half degrees", why="by how much tiles of a strongly bent page may differ from their shared comb"
    )
    bent_frequency_reach_steps: int = constant(
        9, unit="frequency steps", why="by how much tiles of a strongly bent page may differ from their shared comb"
    )
    anchor_weight: float = constant(
        1e-3, unit="weight of a sure gradient", why="ties the tiles' places weakly to the homography"
    )
    evenness_weight: float = constant(
        0.1, unit="weight of a sure gradient", why="steps are even where tiles show no grid"
    )
    bent_margin_share: float = constant(
        0.1, unit="share", why="by how much bent paper may reach beyond its tiles' places on each side"
    )
    anchor_reach_nodes: float = constant(2.0, unit="nodes", why="distance over which the tiles' places are averaged")

    # Phase of the grid
    sharp_px_per_mm: float = constant(
        5.0, unit="px/mm", why="a photo above this scale is blurred: small squares' third harmonic folds onto the first"
    )
    soft_mm: float = constant(
        0.18,
        unit="mm",
        why="standard deviation of that blur",
        measured="without it lines of flat prints came out by up to 0.08 mm off",
    )
    phase_across_periods: float = constant(
        0.6, unit="periods", why="standard deviation of the phase's window across the lines"
    )
    phase_along_periods: float = constant(
        1.3, unit="periods", why="standard deviation of the phase's window along the lines"
    )
    min_phase_window_mm: float = constant(
        3.0, unit="mm", why="a period counts as no less in the window along the lines: small squares alone are noisy"
    )
    blocks_per_deviation: float = constant(
        2.5, unit="count", why="blocks averaged before a Gaussian, per standard deviation: small enough to be exact"
    )
    min_unwrapped_share: float = constant(
        0.3, unit="share", why="a phase is unwrapped from this share of the usual strength"
    )
    median_nodes: int = constant(3, unit="nodes", why="the median that keeps single nodes from bending a fine pass")

    # Smoothing of displacements
    neighbour_reach_nodes: float = constant(4.0, unit="nodes", why="distance of the neighbours that check a node")
    neighbour_tolerance_mm: float = constant(
        0.2, unit="mm", why="a node that is this far from its neighbours' plane counts a quarter"
    )
    neighbour_rounds: int = constant(
        4,
        unit="count",
        why="rounds of the robust regression on the neighbours",
        measured="204 drawn pages: those under 10 dB fell from 53 to about 40 with this regression",
    )
    plane_ridge: float = constant(
        0.05, unit="share", why="of the squared reach; keeps planes through nodes in one line from tilting"
    )
    crease_rounds: int = constant(5, unit="count", why="rounds of reweighting of the creased plate")
    crease_stiffness: float = constant(
        30.0,
        unit="nodes^4",
        why="stiffness of the plate of large squares, whose lines stand unevenly by up to 0.1 mm",
        measured="photographed pages, layout given: 15.4 to 16.4 dB with the creased plate",
    )
    crease_bend_mm: float = constant(0.003, unit="mm", why="a second difference above this is a fold")

    # Flat or bent paper
    segment_mm: float = constant(
        2.5, unit="mm", why="length of the segments of grid lines that are measured one by one"
    )
    profile_mm: float = constant(
        1.25,
        unit="mm",
        why="reach of a line's profile on each side, or half the spacing of the lines where that is less",
    )
    profile_reach_px: float = constant(
        0.2, unit="px", why="segments that lie no further aside than about this give the usual profile of a line"
    )
    min_line_amplitude: float = constant(
        0.15, unit="share", why="of the usual profile's amplitude, from which a segment of a line is seen"
    )
    max_line_offset: float = constant(
        0.25,
        unit="share",
        why="of the spacing of the lines: a segment that seems further aside is ink, or another line",
    )
    max_line_error_mm: float = constant(0.2, unit="mm", why="a larger error of a line counts as this: ink and words")
    cubic_rounds: int = constant(4, unit="count", why="rounds of reweighting of the cubic")
    held_out_folds: int = constant(
        4, unit="count", why="every fourth line is held out in turn, so that its neighbours stay"
    )
    min_held_out_lines: int = constant(6, unit="count", why="lines and segments that are needed to judge a cubic")
    min_seen_share: float = constant(0.3, unit="share", why="of a line that is seen, else it does not count")

    # The grid's region
    region_blur_nodes: float = constant(
        1.5, unit="nodes", why="smooths the grid's strength before the region is cut out"
    )
    region_share: float = constant(
        0.4, unit="share", why="a place belongs to the page from this share of usual strength"
    )
    max_hole_mm: float = constant(
        40.0, unit="mm", why="smaller holes in the grid, as dense ink leaves, belong to the page"
    )
    region_margin_mm: float = constant(4.0, unit="mm", why="margin of the sheet around the grid")
    min_long_side_mm: float = constant(60.0, unit="mm", why="a shorter grid holds no lead of 2.5 s")
    min_short_side_mm: float = constant(
        14.0,
        unit="mm",
        why="a narrower grid holds no row of curves",
        measured="two real strips, cut out along their curve, are 16 and 23 mm high",
    )
    max_side_mm: float = constant(700.0, unit="mm", why="10 s at 50 mm/s, with room for names and margins")

    # Grids that a PDF draws as lines
    drawn_line_share: float = constant(
        0.15, unit="share", why="of the page's longer side: shorter strokes are those of letters and curves"
    )
    same_line_px: float = constant(0.5, unit="px", why="bold lines are drawn over fine ones: 0.04 mm at 300 dpi")
    min_drawn_lines: int = constant(10, unit="count", why="fewer lines each way may be those of a table")
    drawn_line_tolerance: float = constant(
        0.06, unit="share", why="of their distance: files round places to 0.01 to 0.1 pt"
    )
    min_even_share: float = constant(0.9, unit="share", why="of the lines: frames stand among the lines of a grid")
    drawn_square_tolerance: float = constant(
        0.005, unit="share", why="squares that are not square are those of a stretched page or of a table"
    )

    # The paper around the grid
    paper_scale: float = constant(0.15, unit="factor", why="the paper is searched in a picture so much smaller")
    paper_ink_px: int = constant(5, unit="px", why="side of the closing that removes curves and text at that scale")
    paper_percentile: float = constant(
        10.0, unit="percentile", why="the paper under the grid is as bright as this percentile of it"
    )
    paper_brightness_share: float = constant(
        0.85, unit="share", why="paper around the grid is at least so bright; a table is darker as a rule"
    )
    paper_outlier_percent: float = constant(0.5, unit="percent", why="of the paper's pixels may lie outside of its box")
    paper_reach_mm: float = constant(
        120.0, unit="mm", why="paper goes on no farther beyond the grid: half a page of which the grid was not seen"
    )

    # Resampling
    max_resampling_factor: float = constant(
        0.67,
        unit="factor",
        why="a photo of more pixels than the sheet by this factor is shrunk first: lines would alias",
    )
    fill_block_px: int = constant(16, unit="px", why="side of the blocks whose shades fill the sheet beyond the photo")
    fill_blur_blocks: float = constant(2.0, unit="blocks", why="smooths the shades that fill the sheet")
    full_block_share: float = constant(
        0.999, unit="share", why="a block is inside the photo: means of ones may be less than 1"
    )

    # Paper edges
    edges_side_px: int = constant(
        800, unit="px", why="longest side of the picture in which edges and level are searched"
    )
    paper_median_px: int = constant(9, unit="px", why="median that removes curves and text from the paper")
    paper_closing_px: int = constant(15, unit="px", why="closing that removes what the median leaves")
    outline_tolerance: float = constant(
        0.03, unit="share", why="of the outline's length by which corners may simplify it"
    )
    min_paper_share: float = constant(0.2, unit="share", why="paper covers no less of a picture of an ECG page")
    max_paper_share: float = constant(0.95, unit="share", why="paper that covers more shows no edges")
    corner_fit: float = constant(0.93, unit="share", why="of the paper that its four corners span, and of them it")
    edge_end_share: float = constant(
        0.08, unit="share", why="of an edge at each end that may be rounded, folded or torn"
    )
    edge_reach_share: float = constant(
        0.02, unit="share", why="of an edge's length within which its points lie beside it"
    )
    min_edge_points: int = constant(12, unit="count", why="fewer points give no line")
    min_focal_length: float = constant(0.6, unit="longer sides", why="shortest of phones and of parts of their photos")
    max_focal_length: float = constant(3.0, unit="longer sides", why="longest of phones and of parts of their photos")
    usual_focal_length: float = constant(1.0, unit="longer sides", why="taken where parallel edges give none")
    level_background_px: int = constant(31, unit="px", why="neighbourhood against which rows and words are dark")
    max_level_degrees: float = constant(6.0, unit="degrees", why="largest angle by which rows and edges differ")
    level_step_degrees: float = constant(0.25, unit="degrees", why="step of the angles that are tried")

    # Squares that are not square
    min_period_mm: float = constant(2.4, unit="mm", why="shortest period of bold lines that is searched on a sheet")
    max_period_mm: float = constant(11.0, unit="mm", why="longest one: squares twice as long as wide")
    period_factor: float = constant(0.5, unit="factor", why="scale of a sheet for this search, which saves time")
    min_period_side_mm: float = constant(60.0, unit="mm", why="a strip less high has too few bold lines to judge by")
    period_step: float = constant(0.008, unit="share", why="step of the periods that are tried")
    period_tolerance: float = constant(0.03, unit="share", why="a period is the large square's within this")
    period_harmonics: int = constant(3, unit="count", why="harmonics of a period that lines show")
    period_strips: int = constant(12, unit="count", why="strips of a sheet: lines need not be straight beyond one")
    min_stretch: float = constant(
        0.1, unit="log ratio", why="a grid whose squares are nearly square is followed without unstretching the picture"
    )
    min_bold_lines: float = constant(
        1.5,
        unit="log strength",
        why="bold lines are surely seen along an axis from this on",
        measured="34 drawn pages: 1.7 to 4.3 along both axes; of them and 58 real ones none seems stretched",
    )
    max_missing_lines: float = constant(
        1.0,
        unit="log strength",
        why="and those every 5 mm are surely missing below this",
        measured="10 pictures stretched by 0.7 to 2: 0 to 0.9",
    )
    equal_period_share: float = constant(
        0.8, unit="share", why="of the strongest lines' log strength from which a longer period is the true one"
    )

    @property
    def node_px(self) -> float:
        """Distance of the nodes in sheet pixels."""
        return self.node_mm * self.sheet_px_per_mm


STRAIGHTEN = StraightenConstants()
