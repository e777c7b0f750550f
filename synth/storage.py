"""Pages on disk: a picture, an NPZ with the dense parts of the truth, the recording as WFDB, a readable JSON.

`docs/synth.md` describes the formats. Files are written in this order, each whole or not at all. The JSON comes last,
so that a page with a JSON is complete.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.page import PlacedCell
from ecgimg.errors import UnreadableInputError
from ecgimg.io.files import write_atomically
from ecgimg.layouts import Layout
from ecgimg.recording.export import export
from ecgimg.recording.recording import Recording
from ecgimg.recording.wfdb_record import write_wfdb
from ecgimg.synth.camera import Warp
from ecgimg.synth.signals.sources import FS
from ecgimg.synth.truth import Curve, SynthPage, TextBox, shown_samples

FORMAT = "ecgimg-synth/1"

JPEG_QUALITY = 95

PNG_COMPRESSION = 4

Beside = Callable[[SynthPage, Path, str, str], tuple[str, ...]]
"""Writes more files for a page into a folder, given its name and its picture's file name; returns their names."""


@dataclass(frozen=True, eq=False)
class StoredPage:
    """A page read back: the path of its picture, and its truth in pixels of the picture.

    `warp` maps between picture and sheet; `signal` [12, T] is the printed signal in mV at `fs` Hz; `labels` and `text`
    are those of the record.
    """

    image: Path
    layout: Layout
    px_per_mm: float
    paper_speed: float
    gain: float
    curves: tuple[Curve, ...]
    texts: tuple[TextBox, ...]
    nodes: Floats
    corners: Floats
    warp: Warp
    signal: Floats
    fs: float
    labels: tuple[str, ...]
    text: str

    def pixels(self) -> Pixels:
        """RGB pixels [H, W, 3] of the picture.

        Raises:
            UnreadableInputError: the file is missing or no picture.
        """
        image = cv2.imread(str(self.image), cv2.IMREAD_COLOR)
        if image is None:
            raise UnreadableInputError(f"{self.image} is no picture", where="synthetic page")
        return np.ascontiguousarray(image[..., ::-1], np.uint8)


def write_page(
    page: SynthPage, folder: Path, name: str, image: str, extra: Mapping[str, Any], beside: Beside | None
) -> Path:
    """Writes NAME.jpg or .png, .npz, .hea with .dat and .json into a folder; returns the path of the JSON.

    Args:
        page: the page.
        folder: an existing folder.
        name: the name of all files.
        image: "jpg" or "png".
        extra: more entries of the JSON.
        beside: writes more files for the page; None where there are none.

    Raises:
        OutputError: a file can't be written.
    """
    bgr = np.ascontiguousarray(page.pixels[..., ::-1])
    jpeg, png = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY], [cv2.IMWRITE_PNG_COMPRESSION, PNG_COMPRESSION]
    data = cv2.imencode(f".{image}", bgr, jpeg if image == "jpg" else png)[1].tobytes()
    write_atomically(folder / f"{name}.{image}", data)
    write_atomically(folder / f"{name}.npz", _dense(page))
    recording = Recording(signals=page.signal.mv, fs=FS, name=name, layout_id=page.layout.id)
    exported = export(recording, name=name)
    made = page.signal.notes if page.signal.generated else ()
    write_wfdb(replace(exported, notes=(*exported.notes, *made)), folder, name)
    truth: dict[str, Any] = {
        "format": FORMAT,
        "id": name,
        "image": f"{name}.{image}",
        "dense": f"{name}.npz",
        "recording": name,
    }
    truth |= {**extra, **_readable(page)}
    if beside is not None:
        truth["beside"] = list(beside(page, folder, name, truth["image"]))
    return write_atomically(folder / f"{name}.json", (json.dumps(truth, indent=1) + "\n").encode())


def read_page(path: Path | str) -> StoredPage:
    """Reads a page back from its JSON.

    Raises:
        UnreadableInputError: the files are missing, damaged, or of another format.
    """
    path = Path(path)
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
        if truth["format"] != FORMAT:
            raise ValueError(f"format {truth['format']!r}")
        with np.load(path.with_name(truth["dense"])) as dense:
            return _stored(path, truth, {key: dense[key] for key in dense.files})
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
        remedy = f"give the .json of a page that `ecgimg synth` wrote ({FORMAT})"
        raise UnreadableInputError(f"{path}: {error}", where="synthetic page", remedy=remedy) from error


def _dense(page: SynthPage) -> bytes:
    """The NPZ of a page."""
    curves = page.curves
    data = io.BytesIO()
    np.savez_compressed(
        data,
        map_nodes=page.warp.nodes,
        map_step=np.float32(page.warp.step),
        map_origin=np.float32(page.warp.origin),
        grid_nodes=page.nodes,
        signal=page.signal.mv,
        fs=np.float32(FS),
        shown=shown_samples(curves, page.signal.mv),
        confidence=np.isfinite(page.signal.mv).astype(np.float32),
        curve_start=np.cumsum([0, *(len(c.time) for c in curves)]).astype(np.int32),
        curve_points=np.concatenate([c.points for c in curves]),
        curve_time=np.concatenate([c.time for c in curves]),
        curve_mv=np.concatenate([c.mv for c in curves]),
        curve_visible=np.concatenate([c.visible for c in curves]),
    )
    return data.getvalue()


def _readable(page: SynthPage) -> dict[str, Any]:
    """The entries of a page's JSON that describe the page itself."""
    sheet, signal = page.sheet, page.signal
    height, width = sheet.pixels.shape[:2]
    return {
        "seed": list(page.seed),
        "recipe": page.recipe,
        "width": page.warp.width,
        "height": page.warp.height,
        "layout": page.layout.model_dump(mode="json"),
        "paper_speed": sheet.paper_speed,
        "gain": sheet.gain,
        "chest_gain": sheet.chest_gain,
        "sheet": {
            "width": width,
            "height": height,
            "px_per_mm": sheet.px_per_mm,
            "grid": sheet.grid_kind,
            "grid_origin": _rounded(sheet.grid_origin),
            "grid_box": _rounded(sheet.grid_box),
        },
        "corners": _rounded(page.corners),
        "cells": [_cell(c) for c in page.curves],
        "texts": [{"text": t.text, "kind": t.kind, "lead": t.lead, "corners": _rounded(t.corners)} for t in page.texts],
        "pulses": [_rounded(p) for p in page.warp.all_to_photo(sheet.pulses)],
        "wear": {name: round(size, 4) for name, size in page.wear},
        "record": {
            "name": signal.record,
            "labels": list(signal.labels),
            "text": signal.text,
            "age": signal.age,
            "sex": signal.sex,
            "notes": list(signal.notes),
            "generated": signal.generated,
        },
    }


def _cell(curve: Curve) -> dict[str, Any]:
    cell = curve.cell
    known = np.isfinite(curve.mv)
    return {
        "lead": cell.lead,
        "sign": cell.sign,
        "line": cell.line,
        "is_strip": cell.is_strip,
        "start": cell.start,
        "seconds": cell.seconds,
        "sheet": {"x0": round(cell.x0, 3), "x1": round(cell.x1, 3), "y0": round(cell.y0, 3)},
        "box": None if curve.box is None else _rounded(curve.box),
        "visible": round(float(curve.visible.mean()), 4),
        "known": round(float(known.mean()), 4),
    }


def _rounded(values: Any) -> Any:
    return np.round(np.asarray(values, np.float64), 3).tolist()


def _stored(path: Path, truth: dict[str, Any], dense: dict[str, np.ndarray[Any, Any]]) -> StoredPage:
    bounds = dense["curve_start"]
    curves = []
    for cell, first, end in zip(truth["cells"], bounds[:-1], bounds[1:], strict=True):
        place = {key: cell["sheet"][key] for key in ("x0", "x1", "y0")}
        content = {key: cell[key] for key in ("lead", "sign", "line", "is_strip", "start", "seconds")}
        parts = (dense[f"curve_{key}"][first:end] for key in ("time", "mv", "points", "visible"))
        curves.append(Curve(PlacedCell(**content, **place), *parts))
    warp = Warp(dense["map_nodes"], truth["width"], truth["height"], int(dense["map_step"]))
    texts = (TextBox(t["text"], t["kind"], np.asarray(t["corners"], np.float32), t["lead"]) for t in truth["texts"])
    return StoredPage(
        image=path.with_name(truth["image"]),
        layout=Layout.model_validate(truth["layout"]),
        px_per_mm=truth["sheet"]["px_per_mm"],
        paper_speed=truth["paper_speed"],
        gain=truth["gain"],
        curves=tuple(curves),
        texts=tuple(texts),
        nodes=dense["grid_nodes"],
        corners=np.asarray(truth["corners"], np.float32),
        warp=warp,
        signal=dense["signal"],
        fs=float(dense["fs"]),
        labels=tuple(truth["record"]["labels"]),
        text=truth["record"]["text"],
    )
