"""The pages of `ecgimg bench chain`: drawn, photographed, digitized and classified, one JSON line each.

Page k of every preset shows the same record in the same layout. Pictures stay in OUT/pages: failures can be looked at,
and a new image network can classify them without drawing again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import perf_counter

import numpy as np

from ecgimg.bench.common.beat_errors import BeatErrors, beat_errors
from ecgimg.bench.common.resumable_rows import ROWS, claim, read_rows, run_resumably
from ecgimg.bench.common.signal_metrics import fit_page
from ecgimg.bench.digitize.pages import digitized
from ecgimg.errors import RefusedError, WorkerError
from ecgimg.jobs import Tell
from ecgimg.layouts import layout_ids
from ecgimg.networks.patchecg import load_patchecg, prepare, windows
from ecgimg.recording.recording import Recording
from ecgimg.runs.executors import Workers
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import FS, PtbxlSource
from ecgimg.synth.truth import shown_signals
from ecgimg.threads import use_one_opencv_thread

SEED = 88_100_000
"""First number of the seeds that are reserved for this benchmark; no training draws from them."""
JPEG_QUALITY = 95
"""Quality of the stored pictures, 0 to 100."""


@dataclass(frozen=True)
class ChainPlan:
    """What is measured: the data and its fold, number of pages of each preset, presets, and the folder of results."""

    data: str
    fold: int
    pages: int
    presets: tuple[str, ...]
    out: str


@dataclass(frozen=True)
class ChainJob:
    """One page of a plan."""

    plan: ChainPlan
    preset: str
    number: int


@dataclass(frozen=True)
class ChainRow:
    """One page: what was printed, what was digitized, and the signal network's logits of both.

    `true` (what was printed) and `read` (what was digitized) are logits in the order of the network's outputs; `read`
    is None where the page was refused. `snr` is linear, that of `ecgimg.bench.common.signal_metrics`; 0 where the page
    was refused.
    """

    preset: str
    number: int
    layout: str
    record: int
    patient: int
    found: str | None
    reason: str
    confidence: float
    snr: float
    beats: int
    beats_found: float
    r_ms: float
    r_bias_ms: float
    r_mv: float
    true: list[float]
    read: list[float] | None
    seconds: dict[str, float] = field(default_factory=dict)


def run_pages(
    plan: ChainPlan, jobs: Workers, on_progress: Callable[[ChainRow, int, int], None]
) -> tuple[ChainRow, ...]:
    """All rows of a plan; those of an earlier run are taken from OUT/pages.jsonl.

    Raises:
        UsageError: OUT holds the pages of another plan, or there is no such preset.
        UnreadableInputError: the data is not there.
    """
    for preset in plan.presets:
        load_recipe(preset)
    _source(plan.data, plan.fold)
    out = Path(plan.out)
    (out / "pages").mkdir(parents=True, exist_ok=True)
    claim(out, {"fold": plan.fold, "presets": list(plan.presets), "seed": SEED})
    before = {(row.preset, row.number): row for row in read_rows(out / ROWS, lambda row: ChainRow(**row))}
    wanted = [(preset, k) for k in range(plan.pages) for preset in plan.presets]
    todo = {(preset, k): ChainJob(plan, preset, k) for preset, k in wanted}
    return run_resumably(out / ROWS, todo, before, chain_page, _failed_row, jobs, on_progress)


def page_path(out: str | Path, preset: str, number: int) -> Path:
    """The stored picture of a page."""
    return Path(out) / "pages" / f"{preset}-{number:05d}.jpg"


def chain_page(job: ChainJob, tell: Tell) -> ChainRow:
    """Draws one page, stores its picture, digitizes it and asks the signal network; runs in a worker."""
    from PIL import Image

    use_one_opencv_thread()
    source = _source(job.plan.data, job.plan.fold)
    record = _record_of(len(source), job.number)
    layout = layout_ids()[job.number % len(layout_ids())]
    start = perf_counter()
    seed = (SEED, job.plan.presets.index(job.preset), job.number)
    page = sample_page(seed, load_recipe(job.preset).with_layouts({layout: 1.0}), source, record)
    path = page_path(job.plan.out, job.preset, job.number)
    Image.fromarray(page.pixels).save(path, quality=JPEG_QUALITY, subsampling=0)
    drawn = perf_counter()
    shown = shown_signals(page.curves)
    read, found, confidence, reason = _read(path)
    done = perf_counter()
    errors = beat_errors(shown, read.twelve.signals, FS) if read else BeatErrors(0, 0.0, np.nan, np.nan, np.nan)
    known = source.records[record]
    true_logits = _logits(Recording(shown, FS))
    read_logits = _logits(read) if read else None
    return ChainRow(
        preset=job.preset, number=job.number, layout=layout, record=known.ecg_id, patient=known.patient_id,
        found=found, reason=reason if read is None or read_logits else "too little was read to be judged",
        confidence=confidence, snr=fit_page(shown, read.twelve.signals, FS).snr if read else 0.0,
        beats=errors.beats, beats_found=errors.found, r_ms=errors.ms, r_bias_ms=errors.bias_ms, r_mv=errors.mv,
        true=true_logits or [], read=read_logits,
        seconds={"draw": round(drawn - start, 3), "digitize": round(done - drawn, 3)},
    )  # fmt: skip


def _read(path: Path) -> tuple[Recording | None, str | None, float, str]:
    """The recording of a picture, its layout and the page's confidence, or why there is none."""
    from ecgimg.recording.quality import page_confidence

    made, reason = digitized(path)
    if made is None:
        return None, None, 0.0, reason
    return made.recording, made.match.layout_id, page_confidence(made.match, made.recording), ""


def _logits(recording: Recording) -> list[float] | None:
    """Logits of the signal network, mean over windows; None where it refuses the recording."""
    try:
        signals = windows(prepare(recording)[0])
    except RefusedError:
        return None
    return [round(float(v), 4) for v in load_patchecg(1).logits(signals).mean(0)]


def _failed_row(job: ChainJob, error: WorkerError) -> ChainRow:
    """The row of a page whose worker died or ran out of time: refused, without a truth."""
    layout = layout_ids()[job.number % len(layout_ids())]
    source = _source(job.plan.data, job.plan.fold)
    known = source.records[_record_of(len(source), job.number)]
    return ChainRow(
        job.preset, job.number, layout, known.ecg_id, known.patient_id, None, error.what, 0.0, 0.0, 0, 0.0,
        np.nan, np.nan, np.nan, [], None,
    )  # fmt: skip


@cache
def _source(data: str, fold: int) -> PtbxlSource:
    return PtbxlSource(data, (fold,))


@cache
def _order(count: int) -> Sequence[int]:
    return tuple(int(k) for k in np.random.default_rng(SEED).permutation(count))


def _record_of(count: int, number: int) -> int:
    """The record of a page: each record is drawn once before any is drawn twice."""
    return _order(count)[number % count]
