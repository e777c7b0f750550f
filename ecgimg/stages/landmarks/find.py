"""Turns a sheet upright and finds its landmarks: rows, starts of stretches, lead names, pulses, printed scales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.page import LeadName, Sheet, SheetMap, UprightSheet
from ecgimg.networks import landmarks as net
from ecgimg.networks import lead_names as words
from ecgimg.networks.contrast import contrast_planes
from ecgimg.networks.runtime import load_network
from ecgimg.stages.landmarks.pulses import measure_pulses

TURNS = (0, 2, 1, 3)
"""Quarter turns in the order in which they are tried: most photos lie upright."""
ENOUGH_MARKS = 6
"""Different names, and pulses, that prove that a sheet stands upright: upside down the network hardly sees any."""
MIN_NAME = 0.6
"""Chance from which a word is taken for a lead's name."""
MARK_WORTH_MM = 50.0
"""Length of rows that counts as much as one such mark, or a printed scale, when no turn shows enough of them."""


def find_landmarks(sheet: Sheet) -> UprightSheet:
    """The sheet, turned by quarter turns until its rows and lead names can be read, with its landmarks.

    A page without names and pulses is left as it lies if its rows do.
    """
    tried: list[tuple[float, UprightSheet]] = []
    for turn in TURNS:
        page, length = _read(turn_sheet(sheet, turn))
        if page.baselines and page.n_identified_marks >= ENOUGH_MARKS:
            return page
        tried.append((length + MARK_WORTH_MM * (page.n_identified_marks + len(page.scale_texts)), page))
    return max(tried, key=lambda one: one[0])[1]


def turn_sheet(sheet: Sheet, quarter_turns: int) -> Sheet:
    """The same sheet turned counter-clockwise by quarter turns."""
    k = quarter_turns % 4
    if k == 0:
        return sheet
    nodes = np.ascontiguousarray(np.rot90(sheet.map.nodes, k))
    turned = SheetMap(nodes, sheet.map.step)
    pixels = np.ascontiguousarray(np.rot90(sheet.pixels, k))
    return replace(sheet, pixels=pixels, map=turned, rotation=turned.rotation)


def _read(sheet: Sheet) -> tuple[UprightSheet, float]:
    """The sheet as it lies with its landmarks, and the length of its rows in millimetres."""
    planes = contrast_planes(sheet.pixels)
    seen = net.sheet_input(planes)
    heat = load_network(net.NAME).run(sheet=seen)[0][0]
    rows = net.find_rows(heat)
    return _page(sheet, planes, seen[0], heat, rows), sum(row.length for row in rows)


def _read_names(planes: Floats, heat: Floats, q: float) -> tuple[LeadName, ...]:
    """The words that name leads; `planes` are those of the network's input."""
    spots = net.find_names(heat)
    if not spots:
        return ()
    cuts = words.cut_words(planes, [(spot.x, spot.y) for spot in spots])
    read = words.read_names(load_network(words.NAME).run(cut=cuts)[0])
    return tuple(
        LeadName(lead, spot.x * q - 0.5, spot.y * q - 0.5, chance)
        for spot, (lead, chance) in zip(spots, read, strict=True)
        if lead is not None and chance >= MIN_NAME
    )


def _page(sheet: Sheet, planes: Floats, seen: Floats, heat: Floats, rows: tuple[net.Row, ...]) -> UprightSheet:
    q = sheet.px_per_mm

    def place(mm: float) -> float:
        return mm * q - 0.5

    return UprightSheet(
        sheet=sheet,
        planes=planes,
        baselines=tuple(place(row.y) for row in rows),
        starts=tuple((place(spot.x), place(spot.y)) for spot in net.find_starts(heat)),
        names=_read_names(seen, heat, q),
        pulses=measure_pulses(planes[0], net.find_areas(heat, net.PULSE), q),
        scale_texts=tuple(
            (place(x0), place(y0), place(x1), place(y1)) for x0, y0, x1, y1 in net.find_areas(heat, net.SCALE_TEXT)
        ),
    )
