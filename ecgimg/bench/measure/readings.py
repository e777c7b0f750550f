"""Records as they are and as they were read from drawn pages; what was read is kept in a folder.

A page takes seconds to draw and to digitize, its recording a fraction of one to measure. Benchmarks that are given the
same folder share the readings, and other delineation networks measure the same ones. All pages have the layout LAYOUT,
the most usual one.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ecgimg.bench.common.resumable_rows import claim
from ecgimg.bench.digitize.pages import digitized
from ecgimg.datamodel.page import PageGeometry, Scale
from ecgimg.datasets.ludb import FS, Ludb, ludb_folder, read_ludb
from ecgimg.datasets.ptbxl import ptbxl_folder
from ecgimg.io.files import write_atomically
from ecgimg.networks.manifest import list_weights
from ecgimg.recording.recording import Recording
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import PtbxlSource, Signal, SignalSource
from ecgimg.threads import use_one_opencv_thread

SEED = 88_200_000
"""First number of the seeds that are reserved for these pages; no training draws from them."""
CLEAN = "clean"
"""Kind of the records that are taken without a page."""
LAYOUT = "3x4+1R"
PTBXL_FS = 100
READ_BY = ("landmarks", "layout_evidence", "names", "scales", "screen", "tempo", "trace")
"""The packaged networks that read a page; others don't change a reading."""


@dataclass(frozen=True)
class RecordJob:
    """One record of a source, as it is or drawn by a preset.

    `source` is ludb:DIR or ptbxl:DIR, `fold` that of PTB-XL; `kind` is CLEAN or a preset; `readings` is the folder of
    what was read, and `networks` that of the cross-validated networks, for LUDB only.
    """

    source: str
    kind: str
    record: int
    readings: str
    fold: int = 0
    networks: str = ""


@dataclass(frozen=True)
class Reading:
    """What was read of a page: the recording, or None and the reason why the page was refused."""

    recording: Recording | None
    reason: str = ""


def claim_readings(folder: Path, kinds: Sequence[str]) -> None:
    """Makes the folder of the readings, or checks that it is of the same networks.

    Raises:
        UsageError: other networks read its pages, or one of the kinds is no preset.
    """
    for kind in {*kinds} - {CLEAN}:
        load_recipe(kind)
    folder.mkdir(parents=True, exist_ok=True)
    hashes = "".join(weight.sha256 for weight in list_weights() if weight.name in READ_BY)
    claim(folder, {"seed": SEED, "networks": hashlib.sha256(hashes.encode()).hexdigest()[:16]})


def reading_of(job: RecordJob) -> Reading:
    """The recording of a job: as it is, from the folder of the readings, or from a page that is drawn and read now."""
    if job.kind == CLEAN:
        return Reading(_as_it_is(job))
    path = _path(job)
    if not path.is_file():
        write_atomically(path, _packed(_read_page(job)))
    return _unpacked(path)


def read_before(jobs: Sequence[RecordJob]) -> list[RecordJob]:
    """The jobs without those of pages that the folder of the readings lacks."""
    return [job for job in jobs if job.kind == CLEAN or _path(job).is_file()]


class LudbSource:
    """The records of LUDB as a source of signals to draw, in the order of their numbers."""

    def __init__(self, data: Ludb) -> None:
        self.data = data
        self.name = "ludb"

    def __len__(self) -> int:
        return len(self.data.records)

    def get(self, index: int, seconds: float = 10.0) -> Signal:
        """Record `index`, at 500 Hz."""
        record = self.data.records[index % len(self)]
        return Signal(self.data.signal(record), str(record.number))


@cache
def ludb_of(name: str) -> Ludb:
    """The database of ludb:DIR."""
    return read_ludb(ludb_folder(name))


def _path(job: RecordJob) -> Path:
    return Path(job.readings) / f"{job.source.partition(':')[0]}-{job.kind}-{job.record}.npz"


def _as_it_is(job: RecordJob) -> Recording:
    source = _source(job.source, job.fold)
    if isinstance(source, PtbxlSource):
        record = source.records[_index(job)]
        return Recording(source.ptbxl.signal(record, PTBXL_FS), float(PTBXL_FS), name=str(record.ecg_id))
    return Recording(source.get(_index(job)).mv, float(FS), name=str(job.record))


def _read_page(job: RecordJob) -> Reading:
    from PIL import Image

    use_one_opencv_thread()
    recipe = load_recipe(job.kind).with_layouts({LAYOUT: 1.0})
    page = sample_page((SEED, job.record), recipe, _source(job.source, job.fold), _index(job))
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / f"{job.record}.png"
        Image.fromarray(page.pixels).save(picture, compress_level=1)
        made, reason = digitized(picture)
    return Reading(None, reason) if made is None else Reading(made.recording.twelve)


def _index(job: RecordJob) -> int:
    """The place of a job's record in its source."""
    source = _source(job.source, job.fold)
    if isinstance(source, PtbxlSource):
        return [record.ecg_id for record in source.records].index(job.record)
    return [record.number for record in ludb_of(job.source).records].index(job.record)


@cache
def _source(name: str, fold: int) -> SignalSource:
    if name.startswith("ludb:"):
        return LudbSource(ludb_of(name))
    return PtbxlSource(ptbxl_folder(name), (fold,))


def _packed(reading: Reading) -> bytes:
    """A reading as a file of numpy: samples and confidences, and of the geometry what measurements need."""
    buffer = io.BytesIO()
    recording = reading.recording
    if recording is None:
        np.savez_compressed(buffer, reason=reading.reason)
        return buffer.getvalue()
    geometry = recording.geometry
    assert geometry is not None, "a page has a geometry"
    np.savez_compressed(
        buffer, signals=recording.signals, confidence=recording.confidences, fs=recording.fs, name=recording.name,
        px_per_mm=geometry.px_per_mm, speed=geometry.paper_speed.value, gain=geometry.gain.value, reason="",
    )  # fmt: skip
    return buffer.getvalue()


def _unpacked(path: Path) -> Reading:
    with np.load(path, allow_pickle=False) as file:
        if reason := str(file["reason"]):
            return Reading(None, reason)
        speed, gain = (Scale(float(file[name]), "given") for name in ("speed", "gain"))
        geometry = PageGeometry(float(file["px_per_mm"]), 0.0, "grid", speed, gain, ())
        name, fs = str(file["name"]), float(file["fs"])
        return Reading(Recording(file["signals"], fs, file["confidence"], name, geometry=geometry))
