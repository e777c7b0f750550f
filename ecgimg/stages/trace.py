"""Follows the printed curves of a sheet with the trace network: pixels and zero lines -> one Line for each row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import Sheet, Trace, UprightSheet
from ecgimg.networks import trace as net
from ecgimg.networks.runtime import load_network

MAX_GAP_MM = 1.5
"""Longer stretches that the network does not see are left unknown."""
EDGE_MM = 0.4
"""A curve that runs so near to the photo's edge is that edge, or may leave the photo there."""


def trace(page: UprightSheet) -> tuple[Trace, ...]:
    """The curves of a page from top to bottom, one for each of its rows."""
    network = load_network(net.NAME)
    spec = net.Spec.read(network.spec)
    readings = []
    for zero in page.baselines:
        band, top = net.cut_band(page.planes, zero)
        logits, presence = network.run(band=band[None])
        readings.append(net.BandOutput(logits[0], presence[0], top))
    lines = []
    for zero, reading in zip(page.baselines, net.suppress_neighbouring_rows(readings), strict=True):
        line = net.to_trace(reading, page.sheet.pixels.shape[1], zero, spec)
        bridged = _bridge_gaps(line.y, round(MAX_GAP_MM * page.sheet.px_per_mm / line.step))
        lines.append(_on_photo(replace(line, y=bridged), page.sheet))
    return tuple(lines)


def _on_photo(line: Trace, sheet: Sheet) -> Trace:
    """The line without what lies at the photo's edge or beyond it, where the sheet is filled in."""
    x = np.arange(len(line.y)) * line.step
    y = np.nan_to_num(line.y, nan=line.baseline_y)
    reach = EDGE_MM * sheet.px_per_mm
    seen = np.all([sheet.on_photo(np.stack([x, y + d], axis=1)) for d in (-reach, reach)], axis=0)
    if seen.all():
        return line
    return replace(line, y=np.where(seen, line.y, np.nan), confidence=np.where(seen, line.confidence, 0))


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
