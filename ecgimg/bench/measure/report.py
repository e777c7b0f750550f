"""The tables of `ecgimg bench measure` as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ecgimg.bench.common.formatting import difference_or_dash, number, percent, range_or_dash, score_or_dash, table_row
from ecgimg.bench.measure.ludb import OURS, TOOL_LEAD
from ecgimg.bench.measure.plus import PlusAgreement
from ecgimg.bench.measure.rankings import PageLoss, Ranking
from ecgimg.bench.measure.scores import HitIntervals, IntervalErrors, LudbScores
from ecgimg.train.delineation.hits import BOUNDARIES, Hits, LeadHits

PUBLISHED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Kalyakulina 2020 (several leads)", (
        "98.5/96.4 -2.7+-10.2", "98.5/96.4 0.4+-11.4", "99.6/99.9 -8.1+-7.7", "99.6/99.9 3.8+-8.8", "-",
        "98.0/98.8 5.7+-15.5",
    )),
    ("Joung 2024", (
        "98.2/96.4 7.4+-14.1", "98.2/96.4 -1.8+-9.9", "99.7/99.3 6.1+-10.5", "100.0/99.6 2.0+-10.7",
        "99.8/99.7 3.0+-25.2", "99.6/99.4 4.5+-24.4",
    )),
    ("Moskalenko 2020, U-Net", (
        "97.4/95.5 0.9+-14.1", "97.4/95.5 -3.5+-15.7", "100.0/99.8 2.1+-9.8", "100.0/99.8 1.6+-9.8",
        "99.4/98.9 1.3+-20.9", "99.5/98.9 -0.3+-22.9",
    )),
)  # fmt: skip
"""What others report on LUDB, with splits of their own: sensitivity/predictive value in %, error in ms."""


@dataclass(frozen=True)
class MeasureBench:
    """Everything that was measured; what was not asked for is None or empty."""

    ludb: LudbScores | None = None
    ludb_pages: tuple[tuple[str, int, tuple[IntervalErrors, ...]], ...] = field(default=())
    """Kind, number of records and errors: of clean records and of their pages."""
    ptbxl: tuple[Ranking, ...] = field(default=())
    losses: tuple[PageLoss, ...] = field(default=())
    refused: int = 0
    plus: tuple[PlusAgreement, ...] = field(default=())


def markdown(bench: MeasureBench) -> str:
    """All tables that there are."""
    parts = []
    if bench.ludb is not None:
        parts += [_leads(bench.ludb), _sure(bench.ludb), _no_p(bench.ludb), _intervals(bench.ludb)]
    if bench.ludb_pages:
        parts.append(_pages(bench.ludb_pages))
    if bench.ptbxl:
        parts.append(_rankings(bench.ptbxl, bench.refused))
    if bench.losses:
        parts.append(_losses(bench.losses))
    if bench.plus:
        parts.append(_plus(bench.plus))
    return "\n\n".join(parts) + "\n"


def _leads(scores: LudbScores) -> str:
    head = ["", *(f"{kind} {end}" for kind, end in BOUNDARIES)]
    rows = [[f"{OURS}, all leads", *_cells(scores.all_leads)]]
    rows += [[f"{name}, lead {TOOL_LEAD}", *_cells(hits)] for name, hits in scores.one_lead.items()]
    rows += [[f"{name}, published", *cells] for name, cells in PUBLISHED]
    text = (
        f"LUDB, {scores.records} records, five-fold cross-validation: sensitivity/predictive value in % within 150 ms, "
        "and mean +- standard deviation of the error in ms."
    )
    return _table(text, head, rows)


def _cells(hits: LeadHits) -> list[str]:
    return [_cell(hits[boundary]) for boundary in BOUNDARIES]


def _cell(hits: Hits) -> str:
    errors = np.array(hits.errors)
    if not len(errors):
        return number(float("nan"), "{}")
    shares = f"{100 * hits.sensitivity:.1f}/{100 * hits.predictive_value:.1f}"
    return f"{shares} {errors.mean():.1f}+-{errors.std():.1f}"


def _sure(scores: LudbScores) -> str:
    text = "The first row with its 95 % intervals (bootstrap over records); n are the marked ends."
    head = ["", "n", "sensitivity", "predictive value", "standard deviation in ms"]
    rows = [
        [f"{kind} {end}", str(len(hits.errors) + hits.missed), *_sure_cells(scores.sure[kind, end])]
        for (kind, end), hits in scores.all_leads.items()
    ]
    return _table(text, head, rows)


def _sure_cells(sure: HitIntervals) -> list[str]:
    shares = [range_or_dash(share, "{:.1%}") for share in (sure.sensitivity, sure.predictive_value)]
    return [*shares, range_or_dash(sure.deviation, "{:.1f}")]


def _no_p(scores: LudbScores) -> str:
    rows = [[f"{name}, lead {TOOL_LEAD}", str(one.beats), percent(one.share)] for name, one in scores.no_p.items()]
    rows.append(["PR interval of the page", str(scores.page_no_p.beats), percent(scores.page_no_p.share)])
    text = "LUDB records with atrial fibrillation or flutter: beats that rightly get no P wave."
    return _table(text, ["", "beats", "without P"], rows)


_ERROR_HEAD = ["n", "error in ms", "within 1 uncertainty", "within 2", "missing", "invented"]


def _intervals(scores: LudbScores) -> str:
    text = (
        "Intervals of the page against the marks of LUDB (third earliest onset and third latest end of the leads, "
        f"median over beats). All measurements of a record took {scores.seconds:.2f} s (median)."
    )
    return _table(text, ["", *_ERROR_HEAD], [[one.name, *_error_cells(one)] for one in scores.intervals])


def _pages(pages: Sequence[tuple[str, int, tuple[IntervalErrors, ...]]]) -> str:
    rows = [[kind, str(count), one.name, *_error_cells(one)] for kind, count, errors in pages for one in errors]
    text = "LUDB on paper: the same records clean and from drawn pages, each measured by a network that did not see it."
    return _table(text, ["measured on", "records", "", *_ERROR_HEAD], rows)


def _error_cells(one: IntervalErrors) -> list[str]:
    error = f"{one.mean:+.1f} +- {one.deviation:.1f}" if one.count else number(float("nan"), "{}")
    shares = [percent(one.within_one), percent(one.within_two)]
    return [str(one.count), error, *shares, str(one.missing), str(one.invented)]


def _rankings(rows: Sequence[Ranking], refused: int) -> str:
    head = ["measured on", "code", "figure", "n (positive)", "AUROC, missing lowest", "complete cases", "n (positive)"]
    cells = [
        [
            one.kind, one.code, one.figure, f"{one.records} ({one.positives})", score_or_dash(one.lowest),
            score_or_dash(one.complete), f"{one.complete_records} ({one.complete_positives})",
        ]
        for one in rows
    ]  # fmt: skip
    text = (
        "PTB-XL: AUROC of an interval for the records that have a code, any likelihood, with 95 % intervals of a "
        "bootstrap by patient. Case-control sample: all records with a code, or those that are drawn, among records "
        "without any of the codes that are drawn at random; AUROC does not depend on the share of positives. "
        f"{refused} pages were refused; they count as missing."
    )
    return _table(text, head, cells)


def _losses(rows: Sequence[PageLoss]) -> str:
    text = (
        "AUROC from pages less that of the same records as they are, paired by patient; complete cases have the figure "
        "in both."
    )
    cells = [[o.kind, o.code, o.figure, *map(difference_or_dash, (o.lowest, o.complete))] for o in rows]
    return _table(text, ["measured on", "code", "figure", "missing lowest", "complete cases"], cells)


def _plus(rows: Sequence[PlusAgreement]) -> str:
    cells = [[o.source, o.figure, str(o.count), f"{o.mean:+.1f} +- {o.deviation:.1f}", percent(o.within)] for o in rows]
    text = "Against the feature tables of PTB-XL+: difference in the figure's unit, and share within the tolerance."
    return _table(text, ["table", "figure", "n", "difference", "within tolerance"], cells)


def _table(text: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join([text, "", table_row(head), "|" + "---|" * len(head), *(table_row(row) for row in rows)])
