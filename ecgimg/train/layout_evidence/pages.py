"""Drawn pages as the layout stage sees them: observations and truth, one file each, so that a run can be resumed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ecgimg.datamodel.page import LeadName, Photo, PrintedScales, Pulse, SheetMap, Trace
from ecgimg.errors import EcgimgError
from ecgimg.io.files import write_atomically
from ecgimg.layouts import layout_ids
from ecgimg.pipelines.page_search import find_page
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.stages.layout.observations import PageObservations, observe
from ecgimg.stages.printed_scales import read_scales
from ecgimg.stages.trace import trace
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import SignalSource
from ecgimg.synth.truth import SynthPage

logger = logging.getLogger(__name__)

SEED = 7701
"""First number of the seeds of the pages; each page's own number is the second."""
PRESETS = ("scan", "photo", "scan", "photo", "ruin")
"""Presets of the pages in turn; each draws all formats before the next one's turn."""
STEPS = ("straighten", "landmarks", "ecg_box")
LOG_EVERY = 50


@dataclass(frozen=True)
class TrueStretch:
    """A printed stretch of a lead: `sign` -1 if it is upside down, and sheet pixels of its ends and its baseline."""

    lead: str
    sign: int
    x0: float
    x1: float
    y0: float


@dataclass(frozen=True)
class ObservedPage:
    """A drawn page: its true format and stretches, and what was seen; `observations` is None if it was refused."""

    number: int
    preset: str
    layout: str
    stretches: tuple[TrueStretch, ...]
    observations: PageObservations | None


def observed_pages(source: SignalSource, folder: Path, count: int) -> Iterator[ObservedPage]:
    """The first `count` pages of a source; those that lie in the folder are read, others drawn and written there."""
    for number in range(count):
        path = folder / f"{number:05d}.npz"
        if not path.is_file():
            write_page(path, draw_page(source, number))
        if (number + 1) % LOG_EVERY == 0:
            logger.info("%s: %d of %d pages", folder.name, number + 1, count)
        yield read_page(path)


def draw_page(source: SignalSource, number: int) -> ObservedPage:
    """Draws a page and straightens and traces it as the digitizer does."""
    layouts = layout_ids()
    layout, preset = layouts[number % len(layouts)], PRESETS[number // len(layouts) % len(PRESETS)]
    page = sample_page((SEED, number), load_recipe(preset).with_layouts({layout: 1.0}), source)
    stretches: tuple[TrueStretch, ...] = ()
    observations = None
    try:
        upright = find_page(Photo(page.pixels, Path("page.png")), StepRunner(None, STEPS))
        stretches = true_stretches(page, upright.sheet.map)
        observations, _ = observe(upright, trace(upright), read_scales(upright))
    except EcgimgError as error:
        logger.info("page %d is refused: %s", number, error)
    return ObservedPage(number, preset, layout, stretches, observations)


def true_stretches(page: SynthPage, sheet_map: SheetMap) -> tuple[TrueStretch, ...]:
    """The printed stretches of a page in pixels of a sheet that was made of its photo."""
    cells = page.sheet.cells
    ends = np.array([[(cell.x0, cell.y0), (cell.x1, cell.y0)] for cell in cells], np.float32)
    (on_photo,) = page.warp.all_to_photo([ends])
    on_sheet = sheet_map.to_sheet(np.asarray(on_photo, np.float64))
    return tuple(
        TrueStretch(cell.lead, cell.sign, float(left[0]), float(right[0]), float((left[1] + right[1]) / 2))
        for cell, (left, right) in zip(cells, on_sheet, strict=True)
    )


def write_page(path: Path, page: ObservedPage) -> Path:
    """Writes a page as NPZ: curves as arrays, everything else as JSON."""
    seen = page.observations
    meta: dict[str, Any] = {
        "number": page.number,
        "preset": page.preset,
        "layout": page.layout,
        "stretches": [asdict(stretch) for stretch in page.stretches],
    }
    arrays: dict[str, Any] = {}
    if seen is not None:
        meta["observations"] = {
            "names": [asdict(name) for name in seen.names],
            "pulses": [asdict(pulse) for pulse in seen.pulses],
            "scales": asdict(seen.scales),
            "lines": [(line.step, line.baseline_y) for line in seen.lines],
            **{name: getattr(seen, name) for name in _PLAIN},
        }
        arrays["y"] = np.stack([line.y for line in seen.lines])
        arrays["confidence"] = np.stack([line.confidence for line in seen.lines]).astype(np.float16)
    file = BytesIO()
    np.savez_compressed(file, meta=np.array(json.dumps(meta)), **arrays)
    return write_atomically(path, file.getvalue())


_PLAIN = ("starts", "left", "right", "begins", "ends", "px_per_mm", "has_grid")
"""Fields of the observations that JSON holds as they are."""


def read_page(path: Path) -> ObservedPage:
    """The page of a file that `write_page` wrote; confidences are rounded to 11 bits."""
    with np.load(path) as file:
        meta = json.loads(str(file["meta"]))
        seen = meta.pop("observations", None)
        stretches = tuple(TrueStretch(**stretch) for stretch in meta.pop("stretches"))
        if seen is None:
            return ObservedPage(**meta, stretches=stretches, observations=None)
        curves = zip(file["y"], file["confidence"].astype(np.float32), seen["lines"], strict=True)
        lines = tuple(Trace(y, confidence, step, baseline) for y, confidence, (step, baseline) in curves)
    plain = {name: seen[name] for name in ("left", "right", "px_per_mm", "has_grid")}
    observations = PageObservations(
        lines=lines,
        names=tuple(LeadName(**name) for name in seen["names"]),
        pulses=tuple(Pulse(**pulse) for pulse in seen["pulses"]),
        scales=PrintedScales(**seen["scales"]),
        starts=tuple((float(x), float(y)) for x, y in seen["starts"]),
        begins=tuple(seen["begins"]),
        ends=tuple(seen["ends"]),
        **plain,
    )
    return ObservedPage(**meta, stretches=stretches, observations=observations)
