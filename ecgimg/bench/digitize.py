"""How well pages are digitized: `ecgimg bench digitize`, on pages that `synth` draws from seeds kept for it.

Every page goes through the whole chain, from a picture file to a recording, and is scored by the competition's metric
(`ecgimg.signal_metrics`) against what it shows. A refused page counts as an output of nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ecgimg.errors import EcgimgError
from ecgimg.leads import LEADS, lead_index
from ecgimg.options import Options
from ecgimg.pipeline import digitize_page
from ecgimg.signal_metrics import fit_page, mean_db
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals import FS, SignalSource
from ecgimg.synth.truth import Curve, SynthPage
from ecgimg.types import Floats

SEED = 88_000_000
"""First number of the seeds kept for measuring; no training draws from them."""
FAILED_DB = 10.0
FLOOR_DB = -30.0
DRAWS = 1000


@dataclass(frozen=True)
class PageScore:
    """One page: its recipe and true layout, the layout found (None if refused), linear SNR, and wrong scales."""

    preset: str
    page: int
    layout: str
    found: str | None
    confidence: float
    snr: float
    gain_right: bool
    speed_right: bool
    reason: str = ""

    @property
    def db(self) -> float:
        """SNR in dB, FLOOR_DB at the least."""
        return float(max(10 * np.log10(max(self.snr, 1e-9)), FLOOR_DB))


@dataclass(frozen=True)
class SliceScore:
    """Pages of one slice: mean of the linear SNR in dB with its 95 % bootstrap interval over pages, median, shares."""

    name: str
    pages: int
    mean_db: float
    low_db: float
    high_db: float
    median_db: float
    failed: float
    refused: float
    wrong_layout: float
    wrong_scale: float

    def row(self) -> str:
        """A row of the Markdown table."""
        shares = (self.failed, self.refused, self.wrong_layout, self.wrong_scale)
        return (
            f"| {self.name} | {self.pages} | {self.mean_db:.1f} ({self.low_db:.1f} to {self.high_db:.1f}) "
            f"| {self.median_db:.1f} | " + " | ".join(f"{100 * share:.0f} %" for share in shares) + " |"
        )


TABLE_HEAD = (
    "| slice | pages | mean dB (95 % interval) | median dB | under 10 dB | refused | wrong layout | wrong scale |\n"
    "|---|---|---|---|---|---|---|---|"
)


def bench_digitize(
    presets: Sequence[str], pages: int, source: SignalSource, told: Callable[[PageScore], None]
) -> tuple[PageScore, ...]:
    """Scores `pages` pages of each preset; `told` hears of every page as it is done.

    Raises:
        UsageError: there is no such preset.
    """
    scores = []
    for preset in presets:
        recipe = load_recipe(preset)
        for k in range(pages):
            score = _score(preset, k, sample_page((SEED, k), recipe, source))
            told(score)
            scores.append(score)
    return tuple(scores)


def summarise(scores: Sequence[PageScore]) -> tuple[SliceScore, ...]:
    """The slices of a benchmark: every preset, then every layout within each preset."""
    slices = []
    for preset in dict.fromkeys(score.preset for score in scores):
        of_preset = [score for score in scores if score.preset == preset]
        slices.append(_slice(preset, of_preset))
        for layout in sorted({score.layout for score in of_preset}):
            slices.append(_slice(f"{preset}, {layout}", [score for score in of_preset if score.layout == layout]))
    return tuple(slices)


def as_json(scores: Sequence[PageScore]) -> dict[str, object]:
    """Pages and slices for a JSON file."""
    return {"slices": [asdict(s) for s in summarise(scores)], "pages": [asdict(s) | {"db": s.db} for s in scores]}


def shown_signals(curves: Sequence[Curve], fs: float = FS) -> Floats:
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


def _score(preset: str, number: int, page: SynthPage) -> PageScore:
    from PIL import Image

    layout = page.layout.id
    try:
        with tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "page.png"
            Image.fromarray(page.pixels).save(picture, compress_level=1)
            done = digitize_page(picture, 1, Options.read(), "page")
    except EcgimgError as error:
        return PageScore(preset, number, layout, None, 0.0, 0.0, False, False, error.what)
    fit = fit_page(shown_signals(page.curves), done.recording.signals, done.recording.fs)
    return PageScore(
        preset=preset,
        page=number,
        layout=layout,
        found=done.match.layout_id,
        confidence=done.match.confidence,
        snr=fit.snr,
        gain_right=done.match.gain.value == page.sheet.gain,
        speed_right=done.match.paper_speed.value == page.sheet.paper_speed,
    )


def _slice(name: str, scores: Sequence[PageScore]) -> SliceScore:
    snr = np.array([score.snr for score in scores])
    answered = [score for score in scores if score.found is not None]
    draws = np.random.default_rng(0).integers(len(snr), size=(DRAWS, len(snr)))
    low, high = np.percentile([mean_db(snr[draw]) for draw in draws], [2.5, 97.5])
    return SliceScore(
        name=name,
        pages=len(scores),
        mean_db=mean_db(snr),
        low_db=float(low),
        high_db=float(high),
        median_db=float(np.median([score.db for score in scores])),
        failed=float(np.mean([score.db < FAILED_DB for score in scores])),
        refused=1 - len(answered) / len(scores),
        wrong_layout=_share([score.found != score.layout for score in answered]),
        wrong_scale=_share([not (score.gain_right and score.speed_right) for score in answered]),
    )


def _share(flags: list[bool]) -> float:
    return float(np.mean(flags)) if flags else 0.0
