"""Follows the printed curves of a sheet with the trace network: UprightSheet -> one Trace for each of its rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.constants import constant
from ecgimg.datamodel.page import Sheet, Trace, UprightSheet
from ecgimg.networks import trace as net
from ecgimg.networks.runtime import load_network


@dataclass(frozen=True)
class TraceConstants:
    """What is left out of a curve; the constants of the network itself stand in `ecgimg.networks.trace`."""

    max_gap_mm: float = constant(1.5, unit="mm", why="longer stretches that the network does not see stay unknown")
    photo_edge_mm: float = constant(
        0.4, unit="mm", why="a curve this near to the photo's edge is that edge, or may leave the photo there"
    )


TRACE = TraceConstants()


def trace(page: UprightSheet) -> tuple[Trace, ...]:
    """The curves of a page from top to bottom, one for each of its rows."""
    network = load_network(net.NAME)
    spec = net.Spec.read(network.spec)
    readings = []
    for baseline in page.baselines:
        band, top = net.cut_band(page.planes, baseline)
        logits, presence = network.run(band=band[None])
        readings.append(net.BandOutput(logits[0], presence[0], top))
    traces = []
    for baseline, reading in zip(page.baselines, net.suppress_neighbouring_rows(readings), strict=True):
        curve = net.to_trace(reading, page.sheet.pixels.shape[1], baseline, spec)
        bridged = _bridge_gaps(curve.y, round(TRACE.max_gap_mm * page.sheet.px_per_mm / curve.step))
        traces.append(_on_photo(replace(curve, y=bridged), page.sheet))
    return tuple(traces)


def _on_photo(curve: Trace, sheet: Sheet) -> Trace:
    """The curve without its parts at the photo's edge or beyond it, where the sheet is filled in."""
    x = np.arange(len(curve.y)) * curve.step
    y = np.nan_to_num(curve.y, nan=curve.baseline_y)
    reach = TRACE.photo_edge_mm * sheet.px_per_mm
    seen = np.all([sheet.on_photo(np.stack([x, y + d], axis=1)) for d in (-reach, reach)], axis=0)
    if seen.all():
        return curve
    return replace(curve, y=np.where(seen, curve.y, np.nan), confidence=np.where(seen, curve.confidence, 0))


def _bridge_gaps(y: Floats, longest: int) -> Floats:
    """Straight lines across gaps of at most `longest` columns, whose confidence stays 0; longer ones stay NaN."""
    known = np.isfinite(y)
    if not known.any():
        return y
    bridged = np.interp(np.arange(len(y)), np.flatnonzero(known), y[known]).astype(np.float32)
    edges = np.flatnonzero(np.diff(np.concatenate([[1], known.astype(np.int8), [1]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first > longest or first == 0 or last == len(y):
            bridged[first:last] = np.nan
    return bridged
