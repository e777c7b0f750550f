"""Evidence on a paper format placed on a page: PageObservations, cells -> features and sentences.

Lead names, rhythm strips that repeat a cell, the limb leads' laws, the likeness of the rows' halves, and the printed
length each give some features of `ecgimg.networks.layout_evidence`, whose fitted model makes a confidence of their sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import PlacedCell, Trace
from ecgimg.layouts import Layout
from ecgimg.stages.layout.constants import C
from ecgimg.stages.layout.limb_lead_laws import LawResidual, law_residual, residual_beyond
from ecgimg.stages.layout.names import NameCounts, count_names, name_shift
from ecgimg.stages.layout.observations import PageObservations, samples, seen_share
from ecgimg.stages.layout.strips import StripLikeness, identify_strips


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence: features of the model by name, and a sentence for the user, empty if there is none."""

    features: Mapping[str, float] = field(default_factory=dict)
    text: str = ""


def score_layout(
    page: PageObservations, layout: Layout, cells: tuple[PlacedCell, ...], nominal_mm: float
) -> tuple[tuple[PlacedCell, ...], tuple[Evidence, ...]]:
    """The cells with each strip's lead as the page shows it, and all evidence on the format that placed them.

    Args:
        page: what was seen, in the rows that the format uses.
        layout: the format.
        cells: its cells, placed on these rows.
        nominal_mm: its printed length.
    """
    shift = name_shift(page, cells)
    counts = count_names(page, cells, shift)
    cells, strips = identify_strips(page, cells, shift)
    identified = count_names(page, cells, shift)
    law = law_residual(page, cells)
    evidence = (
        *length_evidence(page, nominal_mm),
        *name_evidence(page, counts, identified),
        *strip_evidence(layout, strips),
        *nameless_evidence(layout, cells, counts, strips, law),
        *halves_evidence(layout, halves_likeness(page, cells)),
        *law_evidence(law),
        *beyond_evidence(residual_beyond(page, cells)),
    )
    return cells, evidence


def sum_features(evidence: Iterable[Evidence]) -> dict[str, float]:
    """The features of several pieces of evidence; those of the same name are added."""
    total: dict[str, float] = {}
    for one in evidence:
        for name, value in one.features.items():
            total[name] = total.get(name, 0.0) + value
    return total


def length_evidence(page: PageObservations, nominal_mm: float) -> tuple[Evidence, ...]:
    """Whether the curves are as long as the format."""
    length_mm = (page.right - page.left) / page.px_per_mm
    fits = abs(length_mm / nominal_mm - 1) < C.length_tolerance
    return (Evidence({"length_fits": 1.0}, f"{length_mm:.0f} mm long"),) if fits else ()


def name_evidence(page: PageObservations, counts: NameCounts, identified: NameCounts) -> tuple[Evidence, ...]:
    """Lead names as shares of those that a page may show; nothing on a page without names.

    The sentence counts the names of the format's own strips, the features those of the identified ones: a strip of
    another lead is no misread name.
    """
    if not page.names:
        return ()
    shares = {
        "sure_right_names": identified.sure_right,
        "unsure_right_names": identified.unsure_right,
        "sure_wrong_names": identified.sure_wrong,
        "unsure_wrong_names": identified.unsure_wrong,
        "missing_names": identified.missing_in_columns,
        "missing_columns": identified.missing_columns,
        "sure_idle_names": identified.sure_idle,
        "unsure_idle_names": identified.unsure_idle,
    }
    shares = {name: count * identified.share_of_one for name, count in shares.items()}
    return (Evidence(shares, f"{counts.right} of {counts.cells} lead names read, {counts.wrong} against"),)


def strip_evidence(layout: Layout, strips: tuple[StripLikeness, ...]) -> tuple[Evidence, ...]:
    """How alike each strip and its lead's cell are, and whether the format has that lead as a strip."""
    usual = {cell.lead for cell in layout.strips}
    return tuple(
        Evidence(
            {_likeness_class(strip.correlation): 1.0, "unusual_strips": float(strip.lead not in usual)},
            f"strip {strip.lead} can't be compared with its cell"
            if strip.correlation is None
            else f"strip {strip.lead} repeats its cell (r = {strip.correlation:.2f})",
        )
        for strip in strips
    )


def _likeness_class(correlation: float | None) -> str:
    if correlation is None:
        return "incomparable_strips"
    if correlation < C.similar_lead:
        return "unlike_strips"
    return "similar_strips" if correlation < C.same_lead else "repeating_strips"


def nameless_evidence(
    layout: Layout,
    cells: tuple[PlacedCell, ...],
    counts: NameCounts,
    strips: tuple[StripLikeness, ...],
    law: LawResidual | None,
) -> tuple[Evidence, ...]:
    """Whether neither a lead name, nor the format's own strips, all of them, nor the laws of six limb leads in one
    column prove which leads the page shows.
    """
    usual = {cell.lead for cell in layout.strips}
    confirmed = [s.lead in usual and s.correlation is not None and s.correlation > C.similar_lead for s in strips]
    plain = {cell.lead for cell in cells} == set(LEADS) or all(cell.sign > 0 for cell in cells)
    limit = C.obeyed_residual if plain else C.obeyed_cabrera_residual
    obeyed = layout.n_columns == 1 and law is not None and law.is_whole and law.share < limit
    if counts.right or (confirmed and all(confirmed)) or obeyed:
        return ()
    return (Evidence({"nameless": 1.0}),)


def halves_evidence(layout: Layout, likeness: float | None) -> tuple[Evidence, ...]:
    """Rows of one lead beat alike to their end; where they change from lead to lead, their halves differ.

    The feature goes from -1 (unlike) to 1 (alike).
    """
    if likeness is None:
        return ()
    if layout.n_columns == 1:
        name, limits = "alike_halves_of_one_column", (C.min_halves_one_column, C.max_halves_one_column)
    else:
        name, limits = "alike_halves_of_columns", (C.min_halves_columns, C.max_halves_columns)
    feature = float(np.interp(likeness, limits, (-1.0, 1.0)))
    return (Evidence({name: feature}, f"left and right halves alike to {likeness:.2f}"),)


def halves_likeness(page: PageObservations, cells: tuple[PlacedCell, ...]) -> float | None:
    """Median over the rows of the best correlation, over all lags, of the middle of the left half with the right half.

    None where no row is known well enough.
    """
    left, right = min(c.x0 for c in cells), max(c.x1 for c in cells)
    step = max(1, round(page.px_per_mm / C.halves_px_per_mm))
    scores = []
    for row in sorted({c.line for c in cells if not c.is_strip}):
        curve = samples(page.lines[row], left, right)[::step]
        middle, quarter = len(curve) // 2, len(curve) // 4
        pattern, search = curve[middle // 2 - quarter // 2 : middle // 2 + quarter // 2], curve[middle:]
        if np.isfinite(pattern).all() and np.isfinite(search).mean() > C.min_search_known:
            search = np.nan_to_num(search, nan=float(np.nanmedian(search)))
            scores.append(float(cv2.matchTemplate(search[None], pattern[None], cv2.TM_CCOEFF_NORMED).max()))
    return float(np.median(scores)) if scores else None


def law_evidence(law: LawResidual | None) -> tuple[Evidence, ...]:
    """The residual of the limb leads' laws; the feature is its logarithm, 0 at the residual that proves nothing."""
    if law is None:
        return ()
    residual = float(np.clip(law.share, C.min_law_residual, 1.0))
    feature = float(np.log(residual / C.usual_law_residual))
    return (Evidence({"log_law_residual": feature}, f"Einthoven's law leaves {100 * law.share:.0f} %"),)


def beyond_evidence(residual: float | None) -> tuple[Evidence, ...]:
    """Whether the limb leads go on beyond their column: from 0 (they don't) to 1, by the residual's logarithm."""
    if residual is None:
        return ()
    limits = np.log([C.min_beyond_residual, C.usual_beyond_residual])
    feature = float(np.interp(np.log(max(residual, C.min_beyond_residual)), limits, (1.0, 0.0)))
    going_on = residual < C.max_beyond_residual
    return (Evidence({"laws_beyond_column": feature}, "the limb leads go on in the next column" if going_on else ""),)


def stray_evidence(page: PageObservations, strays: tuple[Trace, ...]) -> tuple[Evidence, ...]:
    """Rows that a format leaves over, by kind; `page` gives the printed range and the scale."""
    if not strays:
        return ()
    kinds = [stray_kind(page, line) for line in strays]
    return (Evidence({kind: float(kinds.count(kind)) for kind in kinds}, f"{len(strays)} rows left over"),)


def stray_kind(page: PageObservations, line: Trace) -> str:
    """The feature that counts a row which a format leaves over: a straight line, a curve from end to end, or text."""
    y = samples(line, page.left, page.right)
    known = np.flatnonzero(np.isfinite(y))
    if known.size > 1:
        off = y[known] - np.polynomial.Polynomial.fit(known, y[known], 1)(known)
        ends = (C.straight_percentile, 100 - C.straight_percentile)
        if np.ptp(np.percentile(off, ends)) < C.straight_mm * page.px_per_mm:
            return "stray_straight_lines"
    return "stray_curves" if seen_share(line, page.left, page.right) > C.min_curve_seen else "stray_texts"
