"""The drawn pages of `ecgimg bench digitize`: drawn from reserved seeds, digitized and compared with their truth.

Every page goes through the whole chain, from a picture file to a recording. A refused page counts as an empty output.
`real_pages.py` does the same with the pages of an index.
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

from ecgimg.bench.common.qrs_peaks import QrsPeaks
from ecgimg.bench.common.resumable_rows import ROWS, claim, read_rows, run_resumably
from ecgimg.bench.common.signal_metrics import to_db
from ecgimg.bench.digitize.agreement import Agreement, agreement
from ecgimg.bench.digitize.slices import slices_of
from ecgimg.bench.digitize.waviness import true_waviness
from ecgimg.errors import EcgimgError, WorkerError
from ecgimg.io.images import read_page
from ecgimg.io.thumbnail import write_thumbnail
from ecgimg.jobs import Tell
from ecgimg.layouts import layout_ids
from ecgimg.options import PageOptions
from ecgimg.pipelines.digitize import Digitized, digitize_page
from ecgimg.recording.quality import page_confidence
from ecgimg.report.overlay import overlay_image
from ecgimg.runs.executors import Workers
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import SignalSource, open_source
from ecgimg.synth.truth import SynthPage, shown_signals
from ecgimg.threads import use_one_opencv_thread

SEED = 88_000_000
"""First number of the seeds that are reserved for this benchmark; no training draws from them."""
FAILED_DB = 10.0
"""A page with a lower SNR in dB has failed."""
GAIN_TOLERANCE = 0.1
"""A larger relative error of the gain is a wrong scale."""
FAILED = "failed"
"""Folder of the pictures of drawn pages that failed."""
WORST = "worst"
"""Folder of the overlays of the pages that are not good."""
GOOD = 0.9
"""A page with a merit from here on is good; its overlay is not stored."""

OnProgress = Callable[["PageScore", int, int], None]
"""Called as on_progress(page, done, total) for every page that was measured."""


@dataclass(frozen=True)
class PageScore:
    """One page: its group (recipe or kind of real page), its true layout ("" if unknown), and the result.

    `found` is the layout of the result, None for a refused page; `reason` is why it was refused. `has_truth`: the
    signal of the page is known; `agreement` compares it with the result, None for a refused page. `scale_right`: the
    paper speed and gain of the result are the printed ones, None if unknown. `confidence` is that of the page's JSON.
    `waviness_mm` is how far the sheet's grid is from straight, NaN where no grid was followed. `ink` is the share of
    the page's curves that was read, None for a refused page.
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
    waviness_mm: float = float("nan")
    ink: float | None = None

    @property
    def merit(self) -> float:
        """How good a page is, to list the worst: 0 where it is refused or its layout is wrong, else its confidence."""
        is_wrong = self.found is None or self.right_layout is False or (self.has_truth and self.db < FAILED_DB)
        return 0.0 if is_wrong else self.confidence

    @property
    def snr(self) -> float:
        """Linear SNR; 0 for a refused page, NaN without a truth."""
        if self.agreement is not None:
            return self.agreement.snr
        return 0.0 if self.has_truth else float("nan")

    @property
    def db(self) -> float:
        """SNR in dB, -30 at the least; NaN without a truth."""
        return to_db(self.snr)

    @property
    def right_layout(self) -> bool | None:
        """Whether the layout that was found is the true one; None for a refused page or an unknown layout."""
        return None if self.found is None or not self.layout else self.found == self.layout

    @property
    def wrong_scale(self) -> bool:
        """Whether heights are off by more than 10 %, or the speed or gain of the result is not the printed one."""
        is_gain_off = self.agreement is not None and abs(self.agreement.gain - 1) > GAIN_TOLERANCE
        return is_gain_off or self.scale_right is False

    @property
    def swapped(self) -> tuple[str, ...]:
        """Leads that show another lead's curve."""
        return self.agreement.swapped if self.agreement is not None else ()


@dataclass(frozen=True)
class DrawnPlan:
    """Pages to draw: source of signals as in `ecgimg synth --source`, fold of PTB-XL, and the folder of results."""

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
    plan: DrawnPlan, presets: tuple[str, ...], pages: int, processes: Workers, on_progress: OnProgress
) -> tuple[PageScore, ...]:
    """Scores `pages` pages of each preset; rows of an earlier run are taken from OUT/pages.jsonl.

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
    return run_resumably(out / ROWS, jobs, before, drawn_page, _failed_row, processes, on_progress)


def drawn_page(job: DrawnJob, tell: Tell) -> PageScore:
    """Draws and digitizes one page; runs in a worker. The picture of a page that failed is stored in OUT/failed."""
    from PIL import Image

    use_one_opencv_thread()
    recipe = load_recipe(job.preset).with_layouts({_layout(job.number): 1.0})
    page = sample_page((SEED, job.number), recipe, _source(job.plan.source, job.plan.fold))
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / f"{job.preset}-{job.number:05d}.png"
        Image.fromarray(page.pixels).save(picture, compress_level=1)
        score = _score(job, page, picture)
        if score.db < FAILED_DB or not score.right_layout:
            failed = Path(job.plan.out) / FAILED
            failed.mkdir(parents=True, exist_ok=True)
            shutil.move(picture, failed / picture.name)
    return score


def digitized(path: Path) -> tuple[Digitized | None, str]:
    """The result of digitizing a picture file, or None and the reason."""
    try:
        return digitize_page(path, 1, PageOptions(), path.stem), ""
    except EcgimgError as error:
        return None, error.what
    except Exception as error:  # a bug fails one page, as in a run of `digitize`
        return None, f"unexpected {type(error).__name__}: {error}"


def read_share(made: Digitized) -> float | None:
    """Share of a page's curves that was read; None where that was not looked at."""
    geometry = made.recording.geometry
    return None if geometry is None or geometry.ink is None else geometry.ink.share


def store_overlay(picture: Path, made: Digitized | None, path: Path) -> None:
    """Writes a small picture of a page with its traces, or of the page alone where it was refused."""
    try:
        pixels = read_page(picture, 1).pixels if made is None else overlay_image(made.photo, made.recording)
    except EcgimgError:
        return  # a file that can't be read has no picture
    path.parent.mkdir(parents=True, exist_ok=True)
    write_thumbnail(pixels, path)


def page_score(row: dict[str, Any]) -> PageScore:
    """The page of a row of a JSON-lines file; KeyError or TypeError for a row of another form."""
    stored, compared = row["agreement"], None
    if stored is not None:
        compared = Agreement(**{**_tuples(stored), "peaks": QrsPeaks(**_tuples(stored["peaks"]))})
    return PageScore(**{**_tuples(row), "agreement": compared})


def networks() -> str:
    """A hash of the packaged networks: pages that other networks digitized do not count as pages of these."""
    manifest = resources.files("ecgimg.networks") / "weights" / "manifest.json"
    return hashlib.sha256(manifest.read_bytes()).hexdigest()[:16]


def _score(job: DrawnJob, page: SynthPage, picture: Path) -> PageScore:
    """Digitizes the picture of a drawn page and compares the result with its truth."""
    start = perf_counter()
    made, reason = digitized(picture)
    seconds = round(perf_counter() - start, 3)
    found = compared = scale_right = ink = None
    confidence, waviness = 0.0, float("nan")
    if made is not None:
        found, confidence = made.match.layout_id, page_confidence(made.match, made.recording)
        scale_right = (made.match.gain.value, made.match.paper_speed.value) == (page.sheet.gain, page.sheet.paper_speed)
        compared, ink = agreement(shown_signals(page.curves), made.recording), read_share(made)
        waviness = true_waviness(made.sheet, page.warp, page.sheet.px_per_mm)
    score = PageScore(
        job.preset, job.number, picture.name, page.layout.id, found, confidence, True, compared, scale_right,
        slices_of(page), reason, seconds, waviness, ink,
    )  # fmt: skip
    if score.merit < GOOD:
        store_overlay(picture, made, Path(job.plan.out) / WORST / f"{score.name}.jpg")
    return score


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    """Lists as the tuples they were before JSON."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _failed_row(job: DrawnJob, error: WorkerError) -> PageScore:
    """The row of a page whose worker died or ran out of time."""
    name = f"{job.preset}-{job.number:05d}.png"
    return PageScore(job.preset, job.number, name, _layout(job.number), None, 0.0, True, reason=error.what)


def _layout(number: int) -> str:
    """The layout of page `number`: each layout in turn."""
    return layout_ids()[number % len(layout_ids())]


@cache
def _source(text: str, fold: int) -> SignalSource:
    return open_source(text, (fold,))
