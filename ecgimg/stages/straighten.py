"""The ways to a straight page, each taken where the one before shows no ECG: the grid in the whole photo, the grid in
the part of it that holds the curves, the grid followed from place to place, and the page's edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import cv2
import numpy as np

from ecgimg.errors import RefusedError
from ecgimg.nets.screen import load_screen, widened
from ecgimg.stages.grid import Array
from ecgimg.stages.gridless import LEAST_MARKS, lie_flat
from ecgimg.stages.landmarks import find_landmarks
from ecgimg.stages.rectify import rectify, rectify_bent, resample
from ecgimg.types import Photo, Sheet, SheetMap, UprightSheet

ROOM = 0.08
"""What is looked at beside the curves' box, as a share of its sides: names and rim."""


def straighten(photo: Photo) -> Iterator[Sheet]:
    """The photo's page made straight, in every way in which it can be; at least one.

    Raises:
        RefusedError: none of the ways is open.
    """
    refused: RefusedError | None = None
    found = False
    for way in (rectify, rectify_near, rectify_bent, lie_flat):
        try:
            sheet = way(photo)
        except RefusedError as error:
            refused = refused or error
            continue
        if sheet is not None:
            found = True
            yield sheet
    if refused is not None and not found:
        raise refused


def with_rows(first: Sheet, others: Iterator[Sheet]) -> UprightSheet:
    """The first of the sheets on which rows of curves are found, and names or pulses that prove them, with its
    landmarks; else the first with rows, else the very first.
    """
    pages = []
    for page in map(find_landmarks, chain([first], others)):
        if page.zeros and page.marks >= LEAST_MARKS:
            return page
        pages.append(page)
    return next((page for page in pages if page.zeros), pages[0])


def rectify_near(photo: Photo) -> Sheet | None:
    """The page straightened by the grid where the image network sees curves; None where no grid is seen there.

    A page that lies small on a table is large then, and a woven cloth around it, which is a grid too, is gone.

    Raises:
        RefusedError: the grid is too small for an ECG, or too large for a page.
    """
    corners = widened(load_screen().see(photo.pixels).corners, ROOM)
    width, height = (round(float(np.linalg.norm(corners[k] - corners[0]))) for k in (1, 3))
    if min(width, height) < 2:
        return None
    flat = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float32)
    to_photo = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    part = cv2.warpPerspective(
        photo.pixels, to_photo, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    sheet = rectify(replace(photo, pixels=np.asarray(part, np.uint8)))
    if sheet is None:
        return None
    nodes: Array = np.asarray(cv2.perspectiveTransform(sheet.map.nodes, to_photo), np.float32)
    sheet_map = SheetMap(nodes, sheet.map.step)
    pixels = resample(photo.pixels, sheet_map)
    return replace(sheet, pixels=pixels, map=sheet_map, photo_shape=photo.shape, rotation=sheet_map.rotation)
