"""The aligned record of an ECG that was read from a page, or from a recording without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgimg.aligned.meeti import write_meeti
from ecgimg.aligned.record import Interpreted, common_parts, points, waveform_arrays, write_arrays
from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.page import LayoutMatch, Photo, PlacedCell, Sheet
from ecgimg.io.files import write_atomically
from ecgimg.io.jpeg import encode_jpeg
from ecgimg.options import PageSettings, PhotoStored
from ecgimg.pipelines.digitize import Digitized
from ecgimg.recording.formats import ALIGNED_ARRAYS, ALIGNED_IMAGE, ALIGNED_JSON, ALIGNED_MEETI
from ecgimg.recording.recording import Recording
from ecgimg.report.stored_photo import stored_photo
from ecgimg.schemas.aligned import AlignedCell, AlignedPage, AlignedRecord
from ecgimg.schemas.common import describe_recording_file, describe_source, rounded

JPEG_QUALITY = 95


@dataclass(frozen=True, eq=False)
class ReadPage:
    """A page that was read. `photo` is the source as it may be stored, None where no pixel may be."""

    source: Photo
    photo: Photo | None
    sheet: Sheet
    match: LayoutMatch

    @classmethod
    def of(cls, made: Digitized, stored: PhotoStored) -> ReadPage:
        """A digitized page, of whose photo `stored` may be kept."""
        photo = None if stored == "none" else stored_photo(made.photo, stored, made.recording.geometry)
        return cls(made.photo, photo, made.sheet, made.match)


@dataclass(frozen=True, eq=False)
class SampledCurve:
    """Where the samples of a cell lie: seconds [N], mV [N], photo points [N, 2], and whether they are known [N]."""

    cell: PlacedCell
    time: Floats
    mv: Floats
    points: Floats
    visible: Bools


def record_of_page(name: str, ecg: Interpreted, page: ReadPage, settings: PageSettings) -> AlignedRecord:
    """The record of a page that was read."""
    files = _files(name, has_image=page.photo is not None)
    return AlignedRecord(
        id=name,
        origin="page",
        source=describe_source(page.source),
        settings=settings,
        arrays=f"{name}{ALIGNED_ARRAYS}",
        page=_page(name, page, sampled_curves(ecg.recording, page)),
        files=files,
        **common_parts(ecg),  # type: ignore[arg-type]
    )


def record_of_recording(name: str, ecg: Interpreted, source: Path | None, settings: PageSettings) -> AlignedRecord:
    """The record of a recording that came without a page."""
    return AlignedRecord(
        id=name,
        origin="recording",
        source=describe_recording_file(source),
        settings=settings,
        arrays=f"{name}{ALIGNED_ARRAYS}",
        page=None,
        files=_files(name, has_image=False),
        **common_parts(ecg),  # type: ignore[arg-type]
    )


def write_beside(record: AlignedRecord, folder: Path, recording: Recording, page: ReadPage | None) -> None:
    """Writes the files of a record but its JSON: the arrays, MEETI's variables, and the picture where there is one.

    Raises:
        OutputError: a file can't be written.
    """
    arrays = waveform_arrays(recording, np.isfinite(recording.signals))
    if page is not None:
        arrays |= _curve_arrays(sampled_curves(recording, page))
        arrays |= {"sheet_nodes": page.sheet.map.nodes, "sheet_step": np.array(page.sheet.map.step, np.float32)}
        if page.photo is not None:
            write_atomically(folder / f"{record.id}{ALIGNED_IMAGE}", encode_jpeg(page.photo.pixels, JPEG_QUALITY))
    write_arrays(folder / record.arrays, arrays)
    write_meeti(record, folder / f"{record.id}{ALIGNED_MEETI}")


def sampled_curves(recording: Recording, page: ReadPage) -> tuple[SampledCurve, ...]:
    """Where each sample of the recording lies on the photo, for each cell of the page."""
    return tuple(_sampled(recording, page, cell) for cell in page.match.cells)


def _sampled(recording: Recording, page: ReadPage, cell: PlacedCell) -> SampledCurve:
    first, end = round(cell.start * recording.fs), round((cell.start + cell.seconds) * recording.fs)
    mv = recording.lead(cell.lead)[first:end]
    time = (first + np.arange(len(mv))) / recording.fs
    px_per_mm, match = page.sheet.px_per_mm, page.match
    x = cell.x0 + (time - cell.start) * match.paper_speed.value * px_per_mm
    y = cell.y0 - cell.sign * np.nan_to_num(mv) * match.gain_of(cell.lead) * px_per_mm
    known = np.isfinite(mv) & (x <= cell.x1)
    photo = page.sheet.map.to_photo(np.stack([x, y], axis=1))
    photo[~known] = np.nan
    return SampledCurve(cell, time.astype(np.float32), np.where(known, mv, np.nan).astype(np.float32), photo, known)


def _page(name: str, page: ReadPage, curves: Sequence[SampledCurve]) -> AlignedPage:
    height, width = page.source.shape
    match, sheet = page.match, page.sheet
    low, high = -0.5, np.array(sheet.pixels.shape[1::-1]) - 0.5
    corners = np.array([[low, low], [high[0], low], high, [low, high[1]]])
    return AlignedPage(
        image="" if page.photo is None else f"{name}{ALIGNED_IMAGE}",
        width=width,
        height=height,
        exact=False,
        layout=match.layout_id,
        paper_speed=match.paper_speed.value,
        gain=match.gain.value,
        chest_gain=match.gain_of("V1"),
        px_per_mm=rounded(sheet.px_per_mm),
        corners=points(sheet.map.to_photo(corners)),  # type: ignore[arg-type]
        cells=tuple(describe_cell(one.cell, one.points[one.visible]) for one in curves),
    )


def describe_cell(cell: PlacedCell, visible: Floats) -> AlignedCell:
    """A printed stretch for the JSON; `visible` [N, 2] are the points of its curve that can be seen."""
    box = (*map(rounded, visible.min(axis=0)), *map(rounded, visible.max(axis=0))) if len(visible) else None
    return AlignedCell(
        lead=cell.lead,
        sign=cell.sign,
        line=cell.line,
        is_strip=cell.is_strip,
        start=rounded(cell.start),
        seconds=rounded(cell.seconds),
        box=box,  # type: ignore[arg-type]
    )


def _curve_arrays(curves: Sequence[SampledCurve]) -> dict[str, np.ndarray]:
    """The curves one after the other, with the keys that drawn pages have."""
    return {
        "curve_start": np.cumsum([0, *(len(one.time) for one in curves)]).astype(np.int32),
        "curve_points": np.concatenate([one.points for one in curves]),
        "curve_time": np.concatenate([one.time for one in curves]),
        "curve_mv": np.concatenate([one.mv for one in curves]),
        "curve_visible": np.concatenate([one.visible for one in curves]),
    }


def _files(name: str, *, has_image: bool) -> tuple[str, ...]:
    suffixes = (ALIGNED_JSON, ALIGNED_ARRAYS, ALIGNED_MEETI, *((ALIGNED_IMAGE,) if has_image else ()))
    return tuple(f"{name}{suffix}" for suffix in suffixes)
