"""How well pages are digitized: `ecgimg bench digitize`, on pages that `synth` draws from seeds kept for it.

Every page goes through the whole chain, from a picture file to a recording, and is compared with what it shows. A page
without an answer counts as an output of nothing. `digitize_index` does the same with real pages.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from ecgimg.bench.common.resumable_rows import ROWS, claim, read_rows, run_resumably
from ecgimg.bench.common.signal_metrics import to_db
from ecgimg.bench.digitize.agreement import Agreement, agreement
from ecgimg.bench.digitize.slices import slices_of
from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS, lead_index
from ecgimg.errors import EcgimgError, WorkerError
from ecgimg.layouts import layout_ids
from ecgimg.options import PageOptions
from ecgimg.pipelines.digitize import Digitized, digitize_page
from ecgimg.recording.quality import page_confidence
from ecgimg.runs.worker import Tell
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import FS, SignalSource, open_source
from ecgimg.synth.truth import Curve, SynthPage
from ecgimg.threads import use_one_opencv_thread

SEED = 88_000_000
"""First number of the seeds kept for measuring; no training draws from them."""
FAILED_DB = 10.0
GAIN_TOLERANCE = 0.1
FAILED = "failed"
"""Folder of the pictures of drawn pages that went wrong."""

OnProgress = Callable[["PageScore", int, int], None]
"""Called as told(page, done, total) for every page that was measured."""


@dataclass(frozen=True)
class PageScore:
    """One page: its set (recipe or kind of real page), true layout ("" where nobody knows), and what came back.

    `found` is None where the page was refused, which `reason` tells. `has_truth` tells whether its signal is known;
    then `agreement` compares the two, None where nothing came back. `scale_right` tells whether the paper speed and
    gain that were taken are the printed ones, None where that is not known. `confidence` is the page's in its JSON.
    """

    group: str
    page: int
    name: str
    layout: str
    found: str | None
    confidence: float
    has_truth: bool
    agreement: Agreement | None = None
    scale_right: bool | None = None
    slices: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = 0.0

    @property
    def snr(self) -> float:
        """Linear SNR; 0 where nothing came back, NaN without a truth."""
        if self.agreement is not None:
            return self.agreement.snr
        return 0.0 if self.has_truth else float("nan")

    @property
    def db(self) -> float:
        """SNR in dB, -30 at the least; NaN without a truth."""
        return to_db(self.snr)

    @property
    def right_layout(self) -> bool | None:
        """Whether the layout found is the true one; None where there is none or nobody knows the true one."""
        return None if self.found is None or not self.layout else self.found == self.layout

    @property
    def wrong_scale(self) -> bool:
        """Whether heights are off by more than 10 %, or the speed or gain that was taken is not the printed one."""
        off = self.agreement is not None and abs(self.agreement.gain - 1) > GAIN_TOLERANCE
        return off or self.scale_right is False

    @property
    def swapped(self) -> tuple[str, ...]:
        """Leads that show another lead's curve."""
        return self.agreement.swapped if self.agreement is not None else ()


@dataclass(frozen=True)
class DrawnPlan:
    """Pages to draw: signals as `ecgimg synth --source` has them, the fold of PTB-XL, and where all is kept."""

    source: str
    fold: int
    out: str


@dataclass(frozen=True)
class DrawnJob:
    """One page of a plan: page k of every recipe has the same layout, each layout in turn."""

    plan: DrawnPlan
    preset: str
    number: int


def bench_drawn(
    plan: DrawnPlan, presets: tuple[str, ...], pages: int, processes: int, on_progress: OnProgress
) -> tuple[PageScore, ...]:
    """Scores `pages` pages of each preset; those that are in OUT/pages.jsonl from before are taken from there.

    Raises:
        UsageError: there is no such preset or source, or OUT holds the pages of another benchmark.
        UnreadableInputError: the data is not there.
    """
    for preset in presets:
        load_recipe(preset)
    _source(plan.source, plan.fold)
    out = Path(plan.out)
    claim(out, {"source": plan.source, "fold": plan.fold, "seed": SEED, "networks": networks()})
    before = {(row.group, row.page): row for row in read_rows(out / ROWS, page_score)}
    wanted = [(preset, k) for k in range(pages) for preset in presets]
    jobs = {(preset, k): DrawnJob(plan, preset, k) for preset, k in wanted}
    return run_resumably(out / ROWS, jobs, before, drawn_page, _lost, processes, on_progress)


def drawn_page(job: DrawnJob, tell: Tell) -> PageScore:
    """Draws and digitizes one page; runs in a worker. The picture of a page that went wrong is kept."""
    from PIL import Image

    use_one_opencv_thread()
    recipe = load_recipe(job.preset).with_layouts({_layout(job.number): 1.0})
    page = sample_page((SEED, job.number), recipe, _source(job.plan.source, job.plan.fold))
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / f"{job.preset}-{job.number:05d}.png"
        Image.fromarray(page.pixels).save(picture, compress_level=1)
        score = _score(job, page, picture)
        if score.db < FAILED_DB or not score.right_layout:
            kept = Path(job.plan.out) / FAILED
            kept.mkdir(parents=True, exist_ok=True)
            shutil.move(picture, kept / picture.name)
    return score


def digitized(path: Path) -> tuple[Digitized | None, str]:
    """What is made of a picture, or why there is nothing."""
    try:
        return digitize_page(path, 1, PageOptions(), path.stem), ""
    except EcgimgError as error:
        return None, error.what
    except Exception as error:  # a bug costs its page here as it does in a run of `digitize`
        return None, f"unexpected {type(error).__name__}: {error}"


def page_score(row: dict[str, Any]) -> PageScore:
    """A row of a JSON-lines file as it was written."""
    agreed = None if row["agreement"] is None else Agreement(**_tuples(row["agreement"]))
    return PageScore(**{**_tuples(row), "agreement": agreed})


def networks() -> str:
    """A hash of the packaged networks, so that pages read by older ones are not taken for pages of these."""
    manifest = resources.files("ecgimg.networks") / "weights" / "manifest.json"
    return hashlib.sha256(manifest.read_bytes()).hexdigest()[:16]


def shown_signals(curves: tuple[Curve, ...], fs: float = FS) -> Floats:
    """What a page shows: [12, T] in mV, NaN where nothing of a lead is visible; a strip stands for its lead's cell."""
    seconds = max(curve.cell.start + curve.cell.seconds for curve in curves)
    signals = np.full((len(LEADS), round(seconds * fs)), np.nan, np.float32)
    for curve in sorted(curves, key=lambda curve: curve.cell.is_strip):
        row = lead_index(curve.cell.lead)
        at = np.rint(curve.time * fs).astype(int)
        seen = curve.visible & (at < signals.shape[1])
        if curve.cell.is_strip:
            signals[row] = np.nan
        signals[row, at[seen]] = curve.mv[seen]
    return signals


def _score(job: DrawnJob, page: SynthPage, picture: Path) -> PageScore:
    start = perf_counter()
    made, reason = digitized(picture)
    seconds = round(perf_counter() - start, 3)
    found = agreed = right = None
    confidence = 0.0
    if made is not None:
        found, confidence = made.match.layout_id, page_confidence(made.match, made.recording)
        right = (made.match.gain.value, made.match.paper_speed.value) == (page.sheet.gain, page.sheet.paper_speed)
        agreed = agreement(shown_signals(page.curves), made.recording)
    return PageScore(
        job.preset, job.number, picture.name, page.layout.id, found, confidence, True, agreed, right, slices_of(page),
        reason, seconds,
    )  # fmt: skip


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    """Lists as the tuples they were before JSON."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _lost(job: DrawnJob, error: WorkerError) -> PageScore:
    """A page whose worker died or ran out of time."""
    name = f"{job.preset}-{job.number:05d}.png"
    return PageScore(job.preset, job.number, name, _layout(job.number), None, 0.0, True, reason=error.what)


def _layout(number: int) -> str:
    return layout_ids()[number % len(layout_ids())]


@cache
def _source(text: str, fold: int) -> SignalSource:
    return open_source(text, (fold,))
