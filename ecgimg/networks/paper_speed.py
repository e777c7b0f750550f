"""The paper speed from the shape of the beats: 12.5, 25, 50 or 100 mm/s.

What it is: a logistic model over the distance and the mean slope of the beats in millimetres of paper.

    input   rows, each [N]: heights of the curves in mm every 0.25 mm of paper, NaN where unknown; `describe` makes 17
            features of them: the log of the beats' distance in mm, and the slope of the median beat in 16 steps of 2 mm
    output  log odds of 50 mm/s against 25 mm/s, if both were as frequent = offset + weights . features

A page of 50 mm/s that is read as one of 25 mm/s shows half the heart rate, and everything in a beat, from P to T, twice
as long. One of the two is found in slow hearts, both together hardly ever. The same holds for every speed and its
double: the rows are drawn longer or shorter, so that the model compares 25 and 12.5, or 100 and 50 mm/s.

Size: 17 weights and an offset in JSON (`weights/tempo.json`). Trained by `ecgimg/train/paper_speed/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.errors import DependencyError
from ecgimg.networks.json_model import read_json_model
from ecgimg.networks.manifest import weight_path

NAME = "tempo"
USUAL = 25.0
"""The paper speed in mm/s of most pages."""
FAST = 50.0
"""The other paper speed in mm/s of the pages that the model was fitted on."""
SPEEDS = (12.5, 25.0, 50.0, 100.0)
"""The paper speeds in mm/s that are recognised, each twice the one before."""
STEP_MM = 0.25
"""Distance of the samples of a row."""
BEFORE_MM = 12.0
"""Part of the median beat before its steepest place that is described."""
AFTER_MM = 20.0
"""Part of the median beat after its steepest place that is described."""
BIN_MM = 2.0
"""Length over which the slope of the median beat is averaged."""
FEATURES = 1 + round((BEFORE_MM + AFTER_MM) / BIN_MM)
"""Features of a page."""
MIN_BEATS = 3
"""Fewer beats give no answer."""
APART_MM = 5.0
"""Beats nearer to each other than this are one: 300 beats/min at 25 mm/s."""
STEEP_PERCENTILE = 98
"""Percentile of a row's slope that counts as 1."""
TALL_PERCENTILE = 99
"""Percentile of a page's smoothed slope that counts as its steepest."""
BEAT_SHARE = 0.35
"""Share of the page's steepest slope from which a peak is a beat."""
QUIET_PERCENTILE = 10
"""Percentile of the median beat's slope that counts as 0."""
MAX_SLOPE = 1.5
"""Slopes are clipped to this, in units of the row's."""
SMOOTH_STEPS = 3.0
"""Standard deviation in steps of the smoothing before beats are searched."""


@dataclass(frozen=True, eq=False)
class PaperSpeedModel:
    """Weights [FEATURES] and offset of the model."""

    weights: Floats
    offset: float

    def log_odds(self, rows: Sequence[Floats]) -> float | None:
        """Log odds of 50 mm/s against 25 mm/s; None where there are too few beats.

        Args:
            rows: heights [N] of the curves in millimetres every STEP_MM of paper, NaN where unknown, all from the same
                place on.
        """
        features = describe(rows)
        return None if features is None else float(self.offset + self.weights @ features)

    def log_likelihoods(self, rows: Sequence[Floats]) -> Doubles | None:
        """Log likelihoods [4] of SPEEDS, the lowest speed's being 0; None where there are too few beats.

        A speed has the odds of all steps from the lowest up to it. A step for which the rows are too short counts as
        no evidence.

        Args:
            rows: heights as `log_odds` takes them.
        """
        steps = [self.log_odds([_drawn(row, USUAL / slow) for row in rows]) for slow in SPEEDS[:-1]]
        if steps[SPEEDS.index(USUAL)] is None:
            return None
        return np.cumsum([0.0, *(step or 0.0 for step in steps)])


def describe(rows: Sequence[Floats]) -> Floats | None:
    """Features [FEATURES] of a page's rows; None where there are too few beats.

    The first is the log of the beats' median distance in mm. The others are the slope of the median beat around its
    steepest place, from 0 in its quiet parts to 1.
    """
    slope = _slope(rows)
    if slope is None:
        return None
    smooth = cv2.GaussianBlur(slope[None], (0, 0), SMOOTH_STEPS)[0]
    tall = float(np.percentile(smooth[slope > 0], TALL_PERCENTILE))
    highest = cv2.dilate(smooth[None], np.ones((1, 2 * round(APART_MM / STEP_MM) + 1)))[0]
    beats = np.flatnonzero((smooth == highest) & (smooth > BEAT_SHARE * tall))
    before, after = round(BEFORE_MM / STEP_MM), round(AFTER_MM / STEP_MM)
    whole = beats[(beats >= before) & (beats + after <= len(slope))]
    if len(beats) < MIN_BEATS or len(whole) < MIN_BEATS - 1:
        return None
    beat = np.median([slope[b - before : b + after] for b in whole], axis=0)
    quiet = float(np.percentile(beat, QUIET_PERCENTILE))
    beat = (beat - quiet) / max(float(beat[before - 8 : before + 9].max()) - quiet, 1e-6)
    distance = np.log(np.median(np.diff(beats)) * STEP_MM)
    return np.concatenate([[distance], beat.reshape(FEATURES - 1, -1).mean(axis=1)]).astype(np.float32)


def load_paper_speed() -> PaperSpeedModel:
    """The packaged model; DependencyError when its weights are missing or damaged."""
    return _read(weight_path(NAME))


def _drawn(row: Floats, factor: float) -> Floats:
    """Heights of a row every STEP_MM after its paper was drawn longer by a factor."""
    places = np.arange(0, max(len(row) - 1, 0), 1 / factor)
    return np.interp(places, np.arange(len(row)), row).astype(np.float32) if len(places) else row


def _slope(rows: Sequence[Floats]) -> Floats | None:
    """Slope [N] of a page: the mean over the rows that are known at a place, 0 where none is; None without any row.

    The slope of each row is divided by the row's own steepest.
    """
    length = max((len(row) for row in rows), default=0)
    total, count = np.zeros(length, np.float32), np.zeros(length, np.float32)
    for row in rows:
        known = np.isfinite(row)
        if known.sum() < (BEFORE_MM + AFTER_MM) / STEP_MM:
            continue
        whole = np.interp(np.arange(len(row)), np.flatnonzero(known), row[known]).astype(np.float32)
        slope = np.abs(np.gradient(cv2.GaussianBlur(whole[None], (0, 0), 1.0)[0]))
        steep = float(np.percentile(slope[known], STEEP_PERCENTILE))
        if steep > 0:
            total[: len(row)] += np.where(known, np.minimum(slope / steep, MAX_SLOPE), 0)
            count[: len(row)] += known
    return np.asarray(total / np.maximum(count, 1), np.float32) if total.any() else None


@lru_cache(maxsize=4)
def _read(path: Path) -> PaperSpeedModel:
    return read_json_model(NAME, path, _build)


def _build(content: Mapping[str, Any]) -> PaperSpeedModel:
    weights, offset = np.array(content["weights"], np.float32), float(content["offset"])
    if weights.shape != (FEATURES,):
        raise DependencyError(f"{NAME}.json has not {FEATURES} weights", where="weights")
    return PaperSpeedModel(weights, offset)
