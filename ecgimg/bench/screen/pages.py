"""The pages of `ecgimg bench screen`: drawn from reserved seeds and read by the image network, one JSON line each.

On request each page is also digitized and classified by PatchECG. Rows are added to OUT/pages.jsonl, so that a run
that was interrupted can be continued.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from ecgimg.bench.common.resumable_rows import ROWS, read_rows
from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.page import Photo
from ecgimg.datamodel.probability import log_odds
from ecgimg.errors import RefusedError
from ecgimg.io.images import read_page
from ecgimg.networks.patchecg import PatchEcg, load_patchecg
from ecgimg.networks.screen import FIRST, ScreenNet
from ecgimg.options import PageOptions
from ecgimg.pipelines.digitize import STEPS, digitize_photo
from ecgimg.pipelines.step_runner import StepRunner
from ecgimg.synth.not_ecg.draw import KINDS, VALIDATION_KINDS, draw_non_ecg
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import PtbxlSource

logger = logging.getLogger(__name__)

SEED = 66_000_000
"""First number of the seeds that are reserved for this benchmark; no training draws from them."""
MIN_PROBABILITY = 1e-6
"""Probabilities are held this far from 0 and 1 before their log odds are taken."""
LOG_EVERY = 20
"""Pages between two lines of the log."""


@dataclass(frozen=True)
class PageRead:
    """What the networks find on one page.

    `logits` are the image network's, one a finding, before calibration; `seconds` is its time. `signal` are PatchECG's
    log odds on the digitized page by `group code`; None where they were not requested, or where the page was refused
    for the reason `refusal`. `turn` counts the quarter turns of the page.
    """

    preset: str
    page: int
    layout: str
    record: int
    logits: tuple[float, ...]
    is_ecg: float
    readable: float
    admitted: bool
    turn: int
    seconds: float
    signal: dict[str, float] | None = None
    refusal: str = ""


@dataclass(frozen=True)
class OtherRead:
    """The gate on a picture that is no ECG; `held`: its kind was held out of training."""

    kind: str
    held: bool
    is_ecg: float
    admitted: bool


def read_pages(
    net: ScreenNet, source: PtbxlSource, presets: Sequence[str], pages: int, out: Path, signal: bool
) -> tuple[PageRead, ...]:  # fmt: skip
    """Draws and reads `pages` pages of each preset; rows of an earlier run are taken from OUT/pages.jsonl.

    Raises:
        UsageError: there is no such preset.
    """
    out.mkdir(parents=True, exist_ok=True)
    done = {(read.preset, read.page): read for read in stored_pages(out)}
    patchecg = load_patchecg() if signal else None
    with open(out / ROWS, "a", encoding="utf-8") as file:
        for k in range(pages):
            for preset in presets:
                before = done.get((preset, k))
                if before is not None and (not signal or before.signal is not None or before.refusal):
                    continue
                read = _read(net, source, preset, k, patchecg)
                done[preset, k] = read
                file.write(json.dumps(asdict(read)) + "\n")
                file.flush()
                if k % LOG_EVERY == LOG_EVERY - 1:
                    logger.info("%s %d of %d", preset, k + 1, pages)
    return tuple(read for (preset, k), read in sorted(done.items()) if k < pages and preset in presets)


def stored_pages(out: Path) -> list[PageRead]:
    """The rows of an earlier run; of a page that was read twice, the later row counts."""
    return read_rows(out / ROWS, _page_read)


def read_others(net: ScreenNet, each: int) -> tuple[OtherRead, ...]:
    """The gate on `each` pictures of every kind that is no ECG."""
    reads = []
    for kind in (*KINDS, *VALIDATION_KINDS):
        for k in range(each):
            reading = net.check(draw_non_ecg(kind, np.random.default_rng([SEED, k])))
            reads.append(OtherRead(kind, kind in VALIDATION_KINDS, reading.is_ecg, reading.passed))
    return tuple(reads)


def _page_read(row: dict[str, Any]) -> PageRead:
    """The page of a row of the JSON-lines file."""
    return PageRead(**{**row, "logits": tuple(row["logits"])})


def _read(net: ScreenNet, source: PtbxlSource, preset: str, k: int, patchecg: PatchEcg | None) -> PageRead:
    """Draws and reads page k of a preset; each record is drawn once before any is drawn twice."""
    record = int(np.random.default_rng([SEED, k // len(source), 2]).permutation(len(source))[k % len(source)])
    drawn = sample_page((SEED, k), load_recipe(preset), source, record)
    start = perf_counter()
    prediction = net.predict(drawn.pixels)
    seconds = perf_counter() - start
    reading = prediction.classification
    signal, refusal = (None, "") if patchecg is None else signal_path(drawn.pixels, patchecg)
    return PageRead(
        preset, k, drawn.layout.id, source.records[record].ecg_id, tuple(float(x) for x in prediction.logits[FIRST:]),
        reading.is_ecg, reading.readable, reading.passed, reading.quarter_turns, seconds, signal, refusal,
    )  # fmt: skip


def signal_path(pixels: Pixels, patchecg: PatchEcg) -> tuple[dict[str, float] | None, str]:
    """PatchECG's log odds on the digitized page by `group code`, or None and the reason of the refusal."""
    photo = Photo(pixels, Path("page"))
    try:
        made = digitize_photo(photo, PageOptions(), "page", StepRunner(None, STEPS))
        prediction = patchecg.predict(made.recording)
    except RefusedError as error:
        return None, str(error)
    odds = {}
    for finding in prediction.findings:
        probability = min(max(finding.probability, MIN_PROBABILITY), 1 - MIN_PROBABILITY)
        odds[f"{finding.group} {finding.code}"] = float(log_odds(probability))
    return odds, ""


def read_image(net: ScreenNet, path: Path) -> tuple[float, tuple[float, ...], bool]:
    """Probability of an ECG, logits of the findings, and whether the gate admits the page, of a picture file."""
    prediction = net.predict(read_page(path).pixels)
    logits = tuple(float(logit) for logit in prediction.logits[FIRST:])
    return prediction.classification.is_ecg, logits, prediction.classification.passed
