"""All constants of the layout stage. What weighs the evidence is fitted: see `ecgimg.networks.layout_evidence`."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.constants import constant


@dataclass(frozen=True)
class LayoutConstants:
    """Geometry and limits of the layout stage; lengths are of paper."""

    # Which rows and which range of the sheet hold curves.
    min_known_confidence: float = constant(
        0.5, unit="probability", why="samples of a trace with less confidence count as not seen"
    )
    near_pulse_mm: float = constant(
        4.0, unit="mm", why="a pulse that ends within this distance of the curves' left end stands before them"
    )
    cut_mm: float = constant(
        5.5, unit="mm", why="a curve this near to the edge of the grid's box, 4 mm beyond it, was cut off with the page"
    )
    photo_cut_mm: float = constant(1.5, unit="mm", why="a curve this near to the photo's edge was cut off with it")
    end_window_mm: float = constant(
        10.0,
        unit="mm",
        why="a curve goes on over this stretch where it begins or ends; strokes beside it don't",
    )
    min_end_window_share: float = constant(0.6, unit="share", why="part of this stretch over which it must be seen")
    min_row_seen: float = constant(
        0.3, unit="share", why="an outermost row seen over less of the printed range is text, not a curve"
    )
    max_stray_rows: int = constant(2, unit="count", why="rows above and below the curves that may be lines of text")
    max_strip_rows: int = constant(
        2, unit="count", why="a page with no more rows is a strip or a part of a page: no layout of 12 leads has so few"
    )
    max_strip_names: int = constant(
        3, unit="count", why="a strip names no more leads; as few rows with more names are a part of a page"
    )
    max_cut_rows_share: float = constant(
        0.5, unit="share", why="a page is cut off where more rows than this go on to its edge at one of their ends"
    )
    straight_mm: float = constant(
        1.0, unit="mm", why="a stray row that stays within this height is straight: the frame of the grid"
    )
    straight_percentile: float = constant(
        0.5, unit="percent", why="part of a straight row that may lie above, and below, this height"
    )
    min_curve_seen: float = constant(
        0.85, unit="share", why="a stray row seen over this part of the printed range goes from end to end as curves do"
    )

    # Length and origin.
    beside_mm: float = constant(
        25.0, unit="mm", why="pulses, and what is taken for a curve, may be seen this far outside of a format"
    )
    length_tolerance: float = constant(
        0.035, unit="share", why="the printed length may differ from the format's by this much"
    )
    min_visible: float = constant(0.55, unit="share", why="part of the format's length that must be on the photo")
    label_left_mm: float = constant(8.0, unit="mm", why="a lead's name may stand this far left of its cell's start")
    label_right_mm: float = constant(
        34.0,
        unit="mm",
        why="a lead's name may stand this far right of it: names may be spread wider than columns",
    )
    start_row_mm: float = constant(6.0, unit="mm", why="starts of stretches lie this near to their row's baseline")
    sharp_end_weight: float = constant(1.0, unit="weight", why="an end of a row without a pulse beside it is seen best")
    sharp_end_spread_mm: float = constant(0.25, unit="mm", why="standard deviation of such an end")
    blurred_end_weight: float = constant(0.3, unit="weight", why="a pulse blurs the end of the row beside it")
    blurred_end_spread_mm: float = constant(0.5, unit="mm", why="standard deviation of such an end")
    pulse_weight: float = constant(0.3, unit="weight", why="a pulse before the curves ends where they begin or earlier")
    pulse_spread_mm: float = constant(0.1, unit="mm", why="standard deviation of a pulse's right stroke")
    start_weight: float = constant(0.25, unit="weight", why="a start of a stretch may be any column's")
    start_spread_mm: float = constant(0.5, unit="mm", why="standard deviation of the starts of stretches")
    name_weight: float = constant(0.5, unit="weight", why="a lead name proves which column begins, not where")
    begin_tip_mm: float = constant(
        0.03,
        unit="mm",
        why="a row seems to begin this much late: its tip is faint",
        measured="fold 9, 122 rows of 26 drawn pages: 0.01 too early in the median, 15 rows without a pulse 0.06 late",
    )
    end_tip_mm: float = constant(
        0.05,
        unit="mm",
        why="a row seems to end this much early: its last sample comes before the time is over, and its tip is faint",
        measured="medians: 113 rows of drawn pages of fold 9 0.08, renders 0.12, photos, whose pen is wider, 0.03",
    )
    pulse_edge_mm: float = constant(
        0.09,
        unit="mm",
        why="half the width of a pulse's stroke: curves begin at its middle",
        measured="20 pulses of renders 0.067 +- 0.019, 18 of photos 0.095 +- 0.05",
    )
    min_origin_weight: float = constant(1.0, unit="weight", why="signs of this weight must agree on an origin")
    length_step: float = constant(0.001, unit="share", why="lengths that are tried differ by this much")
    min_named_columns: int = constant(3, unit="count", why="columns with lead names that tell how far they are apart")
    named_length_tolerance: float = constant(
        0.03, unit="share", why="by how much rows may be longer or shorter than their lead names tell, which are wide"
    )
    row_length_tolerance: float = constant(
        0.08, unit="share", why="rows are longer or shorter than the format by at most this: 230 to 270 mm"
    )
    clear_length_ratio: float = constant(
        1.35, unit="ratio", why="the signs must agree on another length by this much more than on the nominal one"
    )
    min_length_difference_mm: float = constant(
        1.5,
        unit="mm",
        why="smaller differences are within the error of the ends and starts",
        measured="189 drawn pages of fold 9: of six lengths that were found the two nearer than this were false",
    )
    min_length_weight: float = constant(2.5, unit="weight", why="signs of this weight must agree on another length")
    refine_mm: float = constant(0.5, unit="mm", why="distance within which the densest origin is looked for")
    refine_spread: float = constant(
        0.5,
        unit="share",
        why="of the spreads of ends and pulses, by which the origin is refined: they are sharper than they are sure",
        measured="median error of the origin, 26 drawn pages of fold 9: 0.065 -> 0.025 mm; 23 real ones: 0.05 -> 0.03."
        " Renders (11) 22.0 -> 23.8 dB, photos (13) 18.4 -> 18.3",
    )
    min_refine_weight: float = constant(
        0.6, unit="weight", why="ends and pulses of less weight leave the origin where all signs put it"
    )
    refine_step_mm: float = constant(0.02, unit="mm", why="step of this search")
    together_mm: float = constant(0.6, unit="mm", why="rows that begin or end within this distance do so together")
    min_short_mm: float = constant(
        0.6, unit="mm", why="where columns are shorter than their time, rows end before a strip by at least this much"
    )
    max_short_mm: float = constant(2.5, unit="mm", why="and by at most this much")
    max_pulse_foot_mm: float = constant(4.0, unit="mm", why="longest foot of a pulse after its right stroke")

    # Direction.
    reversed_margin: float = constant(
        0.04,
        unit="probability",
        why="the network must be so much more certain of the turned rows, as most photos lie upright",
        measured="300 recordings of PTB-XL fold 9, each of five leads alone: 67 to 89 % of turned ones are found, 0 to "
        "0.7 % of upright ones are taken for turned",
    )

    # Scales.
    speed_shares: tuple[float, ...] = constant(
        (0.03, 0.905, 0.06, 0.005),
        unit="shares",
        why="how common 12.5, 25, 50 and 100 mm/s are where nothing on a page shows the speed",
    )
    min_beats_confidence: float = constant(
        0.78,
        unit="probability",
        why="beats give a speed from this probability on",
        measured="700 recordings of PTB-XL fold 9 drawn at each speed: of those at 12.5, 25, 50 and 100 mm/s 66, 99.0, "
        "86 and 88 % are read right, and 7, 0.3, 3 and 2 % wrong",
    )
    max_beats_confidence: float = constant(
        0.9, unit="probability", why="some hearts' beats look as at another speed: against a print they count little"
    )
    printed_speed_confidence: float = constant(0.99, unit="probability", why="a printed speed is what was set")
    printed_gain_confidence: float = constant(
        0.95, unit="probability", why="a printed gain is less sure than the pulse beside it"
    )
    rare_gain_confidence: float = constant(
        0.6,
        unit="probability",
        why="2.5 mm/mV is hardly ever printed: part of 25 mm/s is read so",
        measured="4 of 198 pages, all printed at 10 mm/mV",
    )
    length_confidence: float = constant(
        0.8, unit="probability", why="curves as long as a format at a higher speed may be another format's"
    )
    pulse_s: float = constant(0.2, unit="s", why="width of a calibration pulse")
    pulse_width_tolerance: float = constant(0.08, unit="share", why="a pulse's width may differ by this much")
    pulse_width_confidence: float = constant(
        0.8, unit="probability", why="a pulse of 0.2 s at a higher speed; few machines draw wider pulses at 25 mm/s"
    )
    lone_pulse_confidence: float = constant(
        0.96, unit="probability", why="a single pulse that is as high as a usual gain"
    )
    pulses_confidence: float = constant(0.98, unit="probability", why="several pulses that agree")
    contradiction_confidence: float = constant(
        0.9,
        unit="probability",
        why="another value contradicts the one that is used where that is not so probable between the two",
    )
    gridless_tolerance: float = constant(0.08, unit="share", why="the scale of a page without a grid may be this wrong")
    pulse_mv: float = constant(1.0, unit="mV", why="height of a calibration pulse")
    lone_pulse_tolerance: float = constant(
        0.07, unit="share", why="a single pulse may differ from a usual gain's by this much"
    )
    pulses_tolerance: float = constant(
        0.12, unit="share", why="several pulses that agree may differ from a usual gain's by this much"
    )
    usual_gain: float = constant(10.0, unit="mm/mV", why="the gain where neither pulse nor text shows another")

    # Lead names.
    name_line_mm: float = constant(
        3.0, unit="mm", why="names agree on their distance from their baselines to within this length"
    )
    label_reach_mm: float = constant(22.0, unit="mm", why="a name stands this far above or below its baseline at most")
    sure_name: float = constant(
        0.9,
        unit="probability",
        why="a name is read surely from here on",
        measured="nine of ten names that are read right are sure, and one of four that are misread",
    )
    usual_names: int = constant(
        12, unit="count", why="a format of fewer cells is proved by fewer names, of which each then counts more"
    )

    # Rhythm strips.
    max_lag_mm: float = constant(1.0, unit="mm", why="a strip may lie this far beside its cell where a page is bent")
    lag_step_px: int = constant(2, unit="px", why="step of the lags that are tried")
    min_known_share: float = constant(0.5, unit="share", why="curves are compared where both are known over this part")
    same_lead: float = constant(
        0.95,
        unit="correlation",
        why="from here on a strip repeats a cell; different leads of the same beats reach about 0.8 at times",
    )
    similar_lead: float = constant(0.7, unit="correlation", why="a strip less like a cell than this is another lead's")
    renamed_lead: float = constant(
        0.985, unit="correlation", why="a strip without a name that is so like another lead's cell is that lead's"
    )
    lead_margin: float = constant(
        0.15,
        unit="correlation",
        why="the other cell must be this much more like the strip than the format's lead",
    )
    misread_ratio: float = constant(
        5.0,
        unit="ratio",
        why='a printed name is misread ("I" for a pale "II") if 1 - r with its cell is this many times 1 - r with the '
        "format's own lead",
    )

    # Laws of the limb leads.
    min_law_residual: float = constant(
        0.05, unit="share of power", why="smaller residuals are the same: what tracing leaves of any page"
    )
    usual_law_residual: float = constant(
        0.5, unit="share of power", why="residual at which the laws are no evidence; a wrong assignment leaves more"
    )
    obeyed_residual: float = constant(
        0.05, unit="share of power", why="limb leads in one column that leave less need no names"
    )
    obeyed_cabrera_residual: float = constant(
        0.01,
        unit="share of power",
        why="the same for six rows in Cabrera order, for which V1 to V6 could be taken",
        measured="one of 17,349 recordings of PTB-XL leaves as little; six rows in plain order leave 0.47 at least",
    )
    min_beyond_residual: float = constant(
        0.01, unit="share of power", why="limb leads that leave this beyond their column surely go on in the next"
    )
    max_beyond_residual: float = constant(
        0.04,
        unit="share of power",
        why="limb leads that leave less are reported to go on; V1 to V6 may leave 0.05",
    )
    usual_beyond_residual: float = constant(
        0.2, unit="share of power", why="what V1 to V6 leave as a rule if they are read as limb leads: no evidence"
    )

    # Likeness of the left and right halves of rows.
    halves_px_per_mm: float = constant(2.0, unit="px/mm", why="scale at which halves of rows are compared")
    min_search_known: float = constant(0.8, unit="share", why="part of the right half that must be known")
    min_halves_one_column: float = constant(0.6, unit="correlation", why="rows of one lead are not less alike")
    max_halves_one_column: float = constant(0.9, unit="correlation", why="from here on halves are one lead's")
    min_halves_columns: float = constant(0.7, unit="correlation", why="halves less alike are of different leads")
    max_halves_columns: float = constant(0.95, unit="correlation", why="halves of different leads are not more alike")

    # Pages of one lead a row.
    beat_step_mm: float = constant(0.25, unit="mm", why="distance of the samples in which beats are looked for")
    beat_smoothing_mm: float = constant(0.75, unit="mm", why="standard deviation over which steepness is smoothed")
    beat_steepness: float = constant(0.35, unit="share", why="of the steepest place from which a peak is a beat")
    steepest_percentile: float = constant(99.0, unit="percentile", why="of steepness that stands for the steepest")
    beats_apart_mm: float = constant(5.0, unit="mm", why="beats nearer are one: 300 a minute at 25 mm/s")
    half_beat_mm: float = constant(5.0, unit="mm", why="part of a beat before and behind its steepest place")
    beat_lag_mm: float = constant(1.0, unit="mm", why="lags at which beats are compared")
    min_row_likeness: float = constant(
        0.75,
        unit="correlation",
        why="rows whose thirds are less alike may change their lead",
        measured="300 recordings of PTB-XL fold 9 at 25 mm/s: 95 % of single leads are above, 2 % of pages of 3x4 and "
        "none of 6x2 have all rows above",
    )
    min_row_beats: int = constant(3, unit="count", why="fewer beats in a row do not show whether it beats with another")
    beats_together_mm: float = constant(1.5, unit="mm", why="beats of two leads at one time are nearer than this")
    min_synchrony: float = constant(0.8, unit="share", why="of beats from which rows are of the same time")
    max_asynchrony: float = constant(0.6, unit="share", why="of beats below which lines agree by chance only")
    max_false_starts: int = constant(1, unit="count", why="starts of stretches at one place that may be false")
    row_end_mm: float = constant(15.0, unit="mm", why="names this near to a row's end begin no column of it")
    usual_label_mm: float = constant(8.0, unit="mm", why="a name stands about this far above its row")
    max_unnamed_rows: int = constant(
        3, unit="count", why="more rows of one time without a name are a page whose names were not read"
    )
    unnamed_confidence: float = constant(
        0.75, unit="probability", why="a strip without a name is given without a claim on its lead"
    )

    # Contradictions.
    law_margin_mm: float = constant(
        3.0, unit="mm", why="separators and names stand on curves within this distance of their cells' ends"
    )
    law_share: float = constant(
        0.98,
        unit="share",
        why="of the residuals, from the smallest up, that count: strokes on a curve are misread for a moment",
        measured="six real pages whose 2.5 s leave 0.20 to 0.59 in all leave 0.01 to 0.11 so, two 0.17 and 0.26",
    )
    broken_law_residual: float = constant(
        0.14,
        unit="share of power",
        why="limb leads that share their time and leave more contradict each other",
        measured="V1 in III's place 0.17, a scribble over the traces 0.15; of 67 drawn pages of PTB-XL fold 9 none",
    )
    impossible_law_residual: float = constant(
        0.6,
        unit="share of power",
        why="limb leads that leave more have no relation: three independent curves leave 1 in all",
        measured="shuffled leads 1.3, one lead for all 1.3, random walks 0.99; 92 real pages 0.39 at most",
    )
    equal_curves_mm: float = constant(
        0.1, unit="mm", why="chest leads whose root mean square difference is less show the same curve"
    )
    max_missing_mm: float = constant(
        12.0,
        unit="mm",
        why="rows that begin and end on the page are shorter than their format by less",
        measured="189 right pages of PTB-XL fold 9: 8.6 mm at most",
    )
    min_names_of_another: int = constant(
        3, unit="count", why="leads whose names stand beside a format's place where there is another ECG"
    )
    min_repeated_names: int = constant(
        5,
        unit="count",
        why="leads whose names stand several times on a page of several ECGs; rhythm strips repeat three at most",
    )
    contradicted_confidence: float = constant(
        0.6, unit="probability", why="a format that the page contradicts is no surer: 0.8 and more count as right"
    )

    # The decision.
    min_confidence: float = constant(
        0.8,
        unit="probability",
        why="a format of less confidence is refused",
        measured="drawn pages of PTB-XL folds 1-8: see networks/weights/layout_evidence.md",
    )
    min_rival_distance: float = constant(
        0.5, unit="log odds", why="the best format is refused if one that reads other leads has odds as near as this"
    )


C = LayoutConstants()
