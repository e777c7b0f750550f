"""Turns a sheet upright and finds its landmarks: rows, starts of stretches, lead names, pulses, printed scales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgimg.datamodel.arrays import Floats, require
from ecgimg.datamodel.page import LeadName, Sheet, SheetMap, UprightSheet
from ecgimg.networks import landmarks as net
from ecgimg.networks import lead_names
from ecgimg.networks.contrast import contrast_planes
from ecgimg.networks.runtime import load_network
from ecgimg.networks.trace import PX_PER_MM as SHEET_PX_PER_MM
from ecgimg.stages.landmarks.constants import LANDMARKS
from ecgimg.stages.landmarks.pulses import measure_pulses


def find_landmarks(sheet: Sheet) -> UprightSheet:
    """The sheet, turned by quarter turns until its rows and lead names can be read, with its landmarks.

    A page without names and pulses stays as it is if its rows are horizontal.
    """
    tried: list[tuple[float, UprightSheet]] = []
    for quarter_turns in LANDMARKS.quarter_turns:
        page, length_mm = _read(turn_sheet(sheet, quarter_turns))
        if page.baselines and page.n_identified_marks >= LANDMARKS.enough_marks:
            return page
        n_marks = page.n_identified_marks + len(page.scale_texts)
        as_it_lies = LANDMARKS.min_turn_gain_mm if quarter_turns == 0 else 0.0
        tried.append((length_mm + LANDMARKS.mark_worth_mm * n_marks + as_it_lies, page))
    return max(tried, key=lambda one: one[0])[1]


def landmarks_as_it_lies(sheet: Sheet) -> UprightSheet:
    """The landmarks of a sheet that is known to stand upright."""
    return _read(sheet)[0]


def turn_sheet(sheet: Sheet, quarter_turns: int) -> Sheet:
    """The same sheet turned counter-clockwise by quarter turns."""
    k = quarter_turns % 4
    if k == 0:
        return sheet
    nodes = np.ascontiguousarray(np.rot90(sheet.map.nodes, k))
    turned = SheetMap(nodes, sheet.map.step)
    pixels = np.ascontiguousarray(np.rot90(sheet.pixels, k))
    box, width, height = sheet.grid_box, sheet.pixels.shape[1], sheet.pixels.shape[0]
    for _ in range(k):
        box = None if box is None else (box[1], width - 1 - box[2], box[3], width - 1 - box[0])
        width, height = height, width
    return replace(sheet, pixels=pixels, map=turned, rotation=turned.rotation, grid_box=box)


def _read(sheet: Sheet) -> tuple[UprightSheet, float]:
    """The sheet as it lies with its landmarks, and the length of its rows in millimetres.

    Raises:
        ValueError: the sheet has another scale than the networks take: they would see half of the names on it.
    """
    require(sheet.px_per_mm == SHEET_PX_PER_MM, f"the networks take sheets of {SHEET_PX_PER_MM:g} px/mm")
    planes = contrast_planes(sheet.pixels, sheet.grid_box)
    net_input = net.sheet_input(planes)
    heatmaps = load_network(net.NAME).run(sheet=net_input)[0][0]
    rows = net.find_rows(heatmaps)
    return _page(sheet, planes, net_input[0], heatmaps, rows), sum(row.length for row in rows)


def _page(
    sheet: Sheet, planes: Floats, net_planes: Floats, heatmaps: Floats, rows: tuple[net.Row, ...]
) -> UprightSheet:
    """The sheet with its landmarks in sheet pixels.

    Args:
        sheet: the sheet as it lies.
        planes: its contrast planes [2, h, W].
        net_planes: the planes of the network's input.
        heatmaps: the network's output.
        rows: the rows that were found in it.
    """
    px_per_mm = sheet.px_per_mm

    def to_px(mm: float) -> float:
        return mm * px_per_mm - 0.5

    return UprightSheet(
        sheet=sheet,
        planes=planes,
        baselines=tuple(to_px(row.y) for row in rows),
        starts=tuple((to_px(spot.x), to_px(spot.y)) for spot in net.find_starts(heatmaps)),
        names=_read_names(net_planes, heatmaps, px_per_mm),
        pulses=measure_pulses(planes[0], net.find_areas(heatmaps, net.PULSE), px_per_mm),
        scale_texts=tuple(
            (to_px(x0), to_px(y0), to_px(x1), to_px(y1)) for x0, y0, x1, y1 in net.find_areas(heatmaps, net.SCALE_TEXT)
        ),
    )


def _read_names(net_planes: Floats, heatmaps: Floats, px_per_mm: float) -> tuple[LeadName, ...]:
    """The words that name leads."""
    spots = net.find_names(heatmaps)
    if not spots:
        return ()
    cuts = lead_names.cut_words(net_planes, [(spot.x, spot.y) for spot in spots])
    read = lead_names.read_names(load_network(lead_names.NAME).run(cut=cuts)[0])
    return tuple(
        LeadName(lead, spot.x * px_per_mm - 0.5, spot.y * px_per_mm - 0.5, probability)
        for spot, (lead, probability) in zip(spots, read, strict=True)
        if lead is not None and probability >= LANDMARKS.min_name_probability
    )
