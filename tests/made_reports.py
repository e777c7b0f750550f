"""Reports made by hand, for the tests of what shows and stores them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from ecgimg.api import Report
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import LayoutMatch, PageGeometry, Photo, PlacedCell, Scale, Sheet, SheetMap
from ecgimg.errors import Cause, Refusal
from ecgimg.findings.measurements import Measurement, Measurements, Missing
from ecgimg.findings.opinions import Diagnosis, Finding, Influence, Opinion, Screening
from ecgimg.options import PageSettings
from ecgimg.recording.quality import lead_qualities
from ecgimg.recording.recording import Recording
from ecgimg.synth.signals.simulator import Heart, simulate
from ecgimg.train.patchecg.masks import layout_mask

MEASURED = Measurements(
    (
        Measurement("heart rate", 75.0, "/min", 0.4),
        Measurement("PR interval", None, "ms", reason=Missing.NO_P),
        Measurement("QRS duration", 96.0, "ms", 8.0),
    )
)
BOUNDS = tuple(float(v) for v in np.linspace(0, 10, 9))


def photo(folder: Path) -> Photo:
    pixels = np.full((400, 600, 3), 250, np.uint8)
    path = folder / "page <1>.png"
    Image.fromarray(pixels).save(path)
    return Photo(pixels, path)


def recording() -> Recording:
    """Columns of 2.5 s: I to III, aVR to aVF, V1 to V3 and no V4 to V6; II again as a strip of 10 s."""
    signals = np.full((12, 5000), np.nan, np.float32)
    curves = []
    beat = np.exp(-0.5 * ((np.arange(5000) % 400 - 200) / 8.0) ** 2).astype(np.float32)
    for k, lead in enumerate(LEADS[:9]):
        start = (k // 3) * 2.5
        signals[k, round(start * 500) : round(start * 500) + 1250] = beat[:1250]
        cell = PlacedCell(lead, 1, k % 3, False, start, 2.5, start * 50, start * 50 + 125, 60.0)
        points = np.stack([40 + start * 50 + np.arange(125), np.full(125, 60.0 + 80 * (k % 3))], axis=1)
        curves.append((cell, points.astype(np.float32)))
    signals[1] = beat
    points = np.stack([40 + np.arange(500), np.full(500, 320.0)], axis=1).astype(np.float32)
    curves.append((PlacedCell("II", 1, 3, True, 0.0, 10.0, 0.0, 500.0, 320.0), points))
    confidence = np.where(np.isfinite(signals), 0.9, 0).astype(np.float32)
    confidence[8] *= 0.3
    speed, gain = Scale(25.0, "text"), Scale(10.0, "assumed")
    geometry = PageGeometry(2.0, 0.0, "grid", speed, gain, tuple(curves))
    return Recording(signals, 500.0, confidence, "page", "3x4+1R", geometry)


def masked_recording(heart: Heart, layout: int = 1, seconds: float = 10.0) -> Recording:
    """What a page of one of the PatchECG layouts shows of a simulated heart."""
    signals = simulate(heart, np.random.default_rng(3), seconds)
    return Recording(np.where(layout_mask(layout, signals.shape[1]), signals, np.float32(np.nan)), 500.0)


def saliency(lead: str, token: int) -> np.ndarray:
    values = np.full((12, 8), np.nan, np.float32)
    values[:9] = 0
    values[LEADS.index(lead), token] = 1.0
    return values


def report(folder: Path, read: bool = True) -> Report:
    """Atrial fibrillation at 92 % driven by II from 5 to 6.25 s; without `read` a page only the image network saw."""
    opinion = Opinion("AFIB", "rhythm", 0.9, 0.1, saliency("II", 4), BOUNDS)
    image = Opinion("AFIB", "rhythm", 0.7, 0.2)
    found = recording() if read else None
    influences = (Influence("II", 5.0, 6.25, 1.0),) if read else ()
    first = Finding(
        "AFIB", "rhythm", "Atrial fibrillation", "likely", 0.92, 0.1, opinion if read else None, image, "", influences
    )
    second = Finding("SR", "rhythm", "Sinus rhythm", "unlikely", 0.04, 0.7, None, None)
    leads = lead_qualities(found)
    match = LayoutMatch("3x4+1R", tuple(c for c, _ in found.geometry.curves), Scale(25.0, "text"),
                        Scale(10.0, "assumed"), 0.8, ("seen",), 10.0) if found and found.geometry else None  # fmt: skip
    nodes = np.stack(np.meshgrid([0.0, 300.0, 600.0], [0.0, 400.0]), axis=2).astype(np.float32)
    picture = photo(folder)
    sheet = Sheet(picture.pixels, 2.0, SheetMap(nodes, 200.0), picture.shape, 0.0, "grid", 0.9)
    return Report(
        photo=picture,
        name="page <1>",
        settings=PageSettings(layout="auto", paper_speed=None, gain=None),
        read_by="signal and image" if read else "image",
        findings=(first, second),
        leads=leads,
        measurements=MEASURED if read else None,
        not_visible=("Not visible: V4, V5, V6.",),
        agreement="The two networks agree on 1 of 1 statements.",
        warnings=("a warning & more",),
        recording=found,
        sheet=sheet if read else None,
        match=match,
        diagnosis=Diagnosis((opinion,), 0.9, 32.5) if read else None,
        screening=Screening(0.99, 0.95, 0.9, True, True, True, (image,)),
        refusal=None if read else Refusal(Cause.NO_GRID, "straighten: no grid <found>"),
        timings=(("load", 0.1),),
    )
