"""The recording redrawn on a standard grid as SVG in true size, with the findings' evidence under each trace.

Leads are drawn in the rows of the page, each at its time; unknown samples stay blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.findings.calipers import Caliper
from ecgimg.findings.opinions import Finding
from ecgimg.recording.generated import GENERATED_LETTER, runs_of
from ecgimg.recording.recording import Recording
from ecgimg.report.calipers import svg_calipers, svg_height_mm
from ecgimg.report.evidence import HUES, LETTERS, weights_of

SPEED = 25.0
"""mm/s of the drawing, whatever the page had."""
GAIN = 10.0
"""mm/mV of the drawing, whatever the page had."""
LEFT_MM = 9.0
"""Left margin, with the calibration pulses."""
TOP_MM = 6.0
"""Upper and lower margin."""
FULL_SECONDS = 10.4
"""Longer recordings are drawn smaller, with a note."""
RIBBON_MM = 1.5
"""Height of a ribbon of evidence, at most."""
DENSE_MM = 20.0
"""Rows closer than this have their names and ribbons close to the trace."""
TOLERANCE_MM = 0.02
"""By how much a simplified path may differ from the trace."""
LETTERED_SHARE = 0.5
"""Ribbons with at least this share of the strongest evidence have the letter of their finding."""
DOUBTFUL = 0.5
"""Samples with a lower confidence are drawn in grey."""
LETTER_MM = 4.5
"""A letter stands so far below the zero line: in dense rows the next row's name is nearly 7 mm below it."""
USER_LETTER = "U"
"""Beside its dashes a stretch of the user has this letter, so that no reader needs the colour."""


@dataclass(frozen=True)
class Stretch:
    """A lead from `start` to `end` seconds in a row of the drawing."""

    lead: str
    start: float
    end: float


@dataclass(frozen=True)
class _Place:
    """Where a row is drawn, in mm: its zero line, its first ribbon, and a ribbon's height."""

    baseline_y: float
    under: float
    thick: float


def ecg_svg(
    recording: Recording,
    findings: Sequence[Finding],
    height_mm: float,
    laid: Sequence[Caliper] = (),
    alt: str = "12-lead ECG",
) -> str:
    """The drawing as an SVG element, `height_mm` high and as wide as the recording is long.

    Under the traces are the ribbons of `findings`, and the calipers that are `laid` on a beat. `alt` is its text for
    readers who can't see it.
    """
    rows = drawn_rows(recording)
    measured_row = max((k for k, row in enumerate(rows) if _holds(row, laid)), default=None)
    shrink = min(1.0, FULL_SECONDS / recording.seconds)
    width = LEFT_MM + recording.seconds * SPEED * shrink + 6
    pitch = (height_mm - 2 * TOP_MM) / max(len(rows), 1)
    parts = [_grid(width, height_mm)]
    for k, row in enumerate(rows):
        top = TOP_MM + k * pitch
        parts.append(_row(recording, row, findings, top, pitch, shrink))
        if k == measured_row:
            baseline_y = _place(recording, row, findings, top, pitch).baseline_y
            parts.append(_calipers(recording, laid, baseline_y, top + pitch, shrink))
    return (
        f'<svg class="ecg" viewBox="0 0 {width:.1f} {height_mm:.1f}" width="{width:.1f}mm" height="{height_mm:.1f}mm" '
        f'xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(alt)}">{"".join(parts)}</svg>'
    )


def scale_text(recording: Recording) -> str:
    """Speed and gain of the drawing in words."""
    shrink = min(1.0, FULL_SECONDS / recording.seconds)
    speed = f"{SPEED:g} mm/s" if shrink == 1 else f"time drawn {1 / shrink:.1f} times smaller than {SPEED:g} mm/s"
    return f"{speed}, {GAIN:g} mm/mV, true size when printed on A4"


def drawn_rows(recording: Recording) -> tuple[tuple[Stretch, ...], ...]:
    """The leads as the page shows them, row by row; one row a lead where no page is known."""
    if recording.geometry is None:
        known = [(lead, recording.interval(lead)) for lead in recording.leads]
        return tuple((Stretch(lead, *interval),) for lead, interval in known if interval is not None)
    cells = sorted((cell for cell, _ in recording.geometry.curves), key=lambda cell: (cell.line, cell.start))
    lines = dict.fromkeys(cell.line for cell in cells)
    return tuple(
        tuple(Stretch(c.lead, c.start, c.start + c.seconds) for c in cells if c.line == line) for line in lines
    )


def trace_path(x: Floats, y: Floats) -> str:
    """Path data through points in mm, simplified to within TOLERANCE_MM, in hundredths of a millimetre."""
    points = np.stack([x, y], axis=1).astype(np.float32).reshape(-1, 1, 2)
    short = cv2.approxPolyDP(points, TOLERANCE_MM, False).reshape(-1, 2) if len(points) > 2 else points.reshape(-1, 2)
    fixed = np.rint(short * 100).astype(int)
    steps = np.diff(fixed, axis=0)
    return f"M{fixed[0, 0]} {fixed[0, 1]}l" + " ".join(f"{dx} {dy}" for dx, dy in steps) if len(fixed) > 1 else ""


def _grid(width: float, height: float) -> str:
    return (
        '<defs><pattern id="mm" width="1" height="1" patternUnits="userSpaceOnUse">'
        '<path d="M1 0H0V1" class="fine"/></pattern>'
        '<pattern id="cm" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<rect width="5" height="5" fill="url(#mm)"/>'
        '<path d="M5 0H0V5" class="bold"/></pattern></defs>'
        f'<rect width="{width:.1f}" height="{height:.1f}" class="paper"/>'
        f'<rect width="{width:.1f}" height="{height:.1f}" fill="url(#cm)"/>'
    )


def _row(
    recording: Recording, row: Sequence[Stretch], findings: Sequence[Finding], top: float, pitch: float, shrink: float
) -> str:
    place = _place(recording, row, findings, top, pitch)
    baseline_y = place.baseline_y
    parts = [_pulse(baseline_y)]
    for k, stretch in enumerate(row):
        ribbons = _ribbons(stretch, findings, (place.under, place.thick), shrink)
        parts += [ribbons, _trace(recording, stretch, baseline_y, shrink)]
        x = LEFT_MM + stretch.start * SPEED * shrink
        if k:
            above, below = f"M{x:.2f} {baseline_y - 6:.2f}v3", f"M{x:.2f} {baseline_y + 3:.2f}v3"
            parts.append(f'<path d="{above}{below}" class="tick"/>')
        parts.append(_name(recording, stretch, x + 1, baseline_y, (top, pitch)))
    return "".join(parts)


def _place(
    recording: Recording, row: Sequence[Stretch], findings: Sequence[Finding], top: float, pitch: float
) -> _Place:
    values = np.concatenate([_cut(recording, s)[1] for s in row] or [np.zeros(1, np.float32)])
    known = values[np.isfinite(values)]
    low, high = (float(v) * GAIN for v in np.percentile(known, [0.5, 99.5])) if known.size else (0.0, 0.0)
    thick = min(RIBBON_MM, 0.08 * pitch)
    ribbons = thick * len(findings)
    baseline_y = top + (pitch - ribbons) / 2 + float(np.clip((high + low) / 2, -pitch / 4, pitch / 4))
    under = min(baseline_y + max(5.0, 1.5 - low), top + pitch - ribbons) if pitch >= DENSE_MM else baseline_y + 2
    return _Place(baseline_y, under, thick)


def _holds(row: Sequence[Stretch], laid: Sequence[Caliper]) -> bool:
    """Whether a row shows the beat on which calipers lie."""
    return bool(laid) and any(
        stretch.lead == laid[0].lead and all(stretch.start <= one.start and one.end <= stretch.end for one in laid)
        for stretch in row
    )


def _calipers(recording: Recording, laid: Sequence[Caliper], baseline_y: float, bottom: float, shrink: float) -> str:
    """The calipers under the lead on which they lie, within the row that ends at `bottom`."""
    first, last = min(one.start for one in laid), max(one.end for one in laid)
    values = _cut(recording, Stretch(laid[0].lead, first, last))[1]
    low = float(np.nanmin(values, initial=0.0)) * GAIN
    y = min(baseline_y - low, bottom - svg_height_mm(laid))
    return svg_calipers(laid, lambda second: LEFT_MM + second * SPEED * shrink, y)


def _name(recording: Recording, stretch: Stretch, x: float, baseline_y: float, row: tuple[float, float]) -> str:
    """The lead's name over the first 0.4 s of its stretch: close to the trace in dense rows, else clear of a QRS."""
    top, pitch = row
    values = _cut(recording, stretch)[1][: round(0.4 * recording.fs)]
    known = values[np.isfinite(values)]
    high = float(known.max()) * GAIN if known.size else 0.0
    y = max(top + 0.5, baseline_y - max(6.5, high + 1.2)) if pitch >= DENSE_MM else baseline_y - 1.6
    return f'<text x="{x:.2f}" y="{y:.2f}" class="lead">{stretch.lead}</text>'


def _pulse(baseline_y: float) -> str:
    return f'<path d="M2 {baseline_y:.2f}h1.5v-10h3v10h1.5" class="pulse"/>'


def _cut(recording: Recording, stretch: Stretch) -> tuple[Floats, Floats, Floats]:
    """Times, millivolts and confidences of a stretch."""
    first, last = round(stretch.start * recording.fs), round(stretch.end * recording.fs)
    row = recording.row(stretch.lead)
    values = recording.signals[row, first:last]
    times = (first + np.arange(len(values), dtype=np.float32)) / np.float32(recording.fs)
    return np.asarray(times, np.float32), values, recording.confidences[row, first:last]


def _trace(recording: Recording, stretch: Stretch, baseline_y: float, shrink: float) -> str:
    times, values, confidence = _cut(recording, stretch)
    first = round(stretch.start * recording.fs)
    row, span = recording.row(stretch.lead), slice(first, first + len(values))
    generated = recording.not_recorded[row, span]
    user = recording.by_user[row, span] & ~generated
    x, y = LEFT_MM + times * SPEED * shrink, baseline_y - values * GAIN
    paths = []
    for name, chosen in (
        ("sure", ~user & ~generated & (confidence >= DOUBTFUL)),
        ("doubt", ~user & ~generated & (confidence < DOUBTFUL)),
        ("generated", generated),
        ("user", user),
    ):
        shown = np.isfinite(values) & chosen
        runs = [slice(a, min(b + 1, len(x))) for a, b in runs_of(shown)]
        whole = [run if np.isfinite(y[run]).all() else slice(run.start, run.stop - 1) for run in runs]
        data = "".join(trace_path(x[run], y[run]) for run in whole if run.stop - run.start > 1)
        if data:
            paths.append(f'<path d="{data}" class="{name}" transform="scale(.01)"/>')
    letters = _letters(x, user, USER_LETTER, baseline_y), _letters(x, generated, GENERATED_LETTER, baseline_y)
    return "".join((*paths, *_erased(x, np.isnan(values) & user, baseline_y), *letters[0], *letters[1]))


def _erased(x: Floats, erased: Bools, baseline_y: float) -> Iterator[str]:
    """A dotted zero line where the user erased."""
    for a, b in runs_of(erased):
        yield f'<path d="M{x[a]:.2f} {baseline_y:.2f}h{x[b - 1] - x[a]:.2f}" class="erased"/>'


def _letters(x: Floats, there: Bools, letter: str, baseline_y: float) -> Iterator[str]:
    """A letter where each stretch begins."""
    for a, _ in runs_of(there):
        yield f'<text x="{x[a]:.2f}" y="{baseline_y + LETTER_MM:.2f}" class="letter">{letter}</text>'


def _ribbons(stretch: Stretch, findings: Sequence[Finding], place: tuple[float, float], shrink: float) -> str:
    """Bands under a trace, one a finding; `place` is the y of the first one and the height of each."""
    y, thick = place
    parts = []
    for k, (finding, hue, letter) in enumerate(zip(findings, HUES, LETTERS, strict=False)):
        assert finding.signal is not None
        for start, end, share in weights_of(finding.signal, stretch.lead):
            a, b = max(start, stretch.start), min(end, stretch.end)
            if b > a:
                x, w = LEFT_MM + a * SPEED * shrink, (b - a) * SPEED * shrink
                box = f'x="{x:.2f}" y="{y + k * thick:.2f}" width="{w:.2f}" height="{0.8 * thick:.2f}"'
                parts.append(f'<rect {box} rx=".4" fill="rgb{hue}" fill-opacity="{0.1 + 0.8 * share:.2f}"/>')
                if share >= LETTERED_SHARE:
                    at = f'x="{x + 0.5:.2f}" y="{y + (k + 0.78) * thick:.2f}"'
                    parts.append(f'<text {at} class="letter">{letter}</text>')
    return "".join(parts)
