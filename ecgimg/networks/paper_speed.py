"""The paper speed as the beats tell it: a logistic model over their shape and distance in millimetres of paper.

A page of 50 mm/s read as one of 25 shows half the heart rate and everything in a beat, from P to T, twice as long. One
of the two is found in slow hearts, both together hardly ever.

    log odds of 50 against 25 mm/s, if both were as frequent = offset + weights . describe(rows)

It is fitted by train/tempo.py and stored as JSON; there is no network to run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from ecgimg.datamodel.arrays import Floats
from ecgimg.errors import DependencyError
from ecgimg.networks.manifest import weight_path

NAME = "tempo"
USUAL, FAST = 25.0, 50.0
"""The two paper speeds that are told apart, in mm/s."""
STEP_MM = 0.25
BEFORE_MM, AFTER_MM = 12.0, 20.0
"""The part of the mean beat that is looked at, from its steepest place; in steps of BIN_MM."""
BIN_MM = 2.0
FEATURES = 1 + round((BEFORE_MM + AFTER_MM) / BIN_MM)
MIN_BEATS = 3
APART_MM = 5.0
"""Beats nearer to each other than this are one: 300 beats/min at 25 mm/s."""
STEEP, TALL = 98, 99
"""Percentiles of the slope that stand for a row's and for a page's steepest."""
BEAT_SHARE = 0.35
"""Share of the page's steepest slope from which there is a beat."""


@dataclass(frozen=True, eq=False)
class PaperSpeedModel:
    """Weights [FEATURES] and offset of the model."""

    weights: Floats
    offset: float

    def log_odds(self, rows: Sequence[Floats]) -> float | None:
        """Log odds of 50 mm/s against 25 mm/s; None where the beats are too few to tell.

        Args:
            rows: heights [N] of the curves in millimetres every STEP_MM of paper, NaN where unknown, all from the same
                place on.
        """
        seen = describe(rows)
        return None if seen is None else float(self.offset + self.weights @ seen)


def describe(rows: Sequence[Floats]) -> Floats | None:
    """Features [FEATURES] of a page's rows: log distance of the beats in mm, and the slope of the median beat around
    its steepest place, from 0 for its quiet parts to 1.
    """
    slope = _slope(rows)
    if slope is None:
        return None
    smooth = cv2.GaussianBlur(slope[None], (0, 0), 3.0)[0]
    tall = float(np.percentile(smooth[slope > 0], TALL))
    highest = cv2.dilate(smooth[None], np.ones((1, 2 * round(APART_MM / STEP_MM) + 1)))[0]
    beats = np.flatnonzero((smooth == highest) & (smooth > BEAT_SHARE * tall))
    before, after = round(BEFORE_MM / STEP_MM), round(AFTER_MM / STEP_MM)
    whole = beats[(beats >= before) & (beats + after <= len(slope))]
    if len(beats) < MIN_BEATS or len(whole) < MIN_BEATS - 1:
        return None
    beat = np.median([slope[b - before : b + after] for b in whole], axis=0)
    quiet = float(np.percentile(beat, 10))
    beat = (beat - quiet) / max(float(beat[before - 8 : before + 9].max()) - quiet, 1e-6)
    distance = np.log(np.median(np.diff(beats)) * STEP_MM)
    return np.concatenate([[distance], beat.reshape(FEATURES - 1, -1).mean(axis=1)]).astype(np.float32)


def load_paper_speed() -> PaperSpeedModel:
    """The packaged model; DependencyError when its weights are missing or damaged."""
    return _load(str(weight_path(NAME)))


def _slope(rows: Sequence[Floats]) -> Floats | None:
    """Steepness [N] of a page at each place, mean over the rows that are known there, each in units of its own; 0
    where none is known. None where there is no row.
    """
    length = max((len(row) for row in rows), default=0)
    total, count = np.zeros(length, np.float32), np.zeros(length, np.float32)
    for row in rows:
        known = np.isfinite(row)
        if known.sum() < (BEFORE_MM + AFTER_MM) / STEP_MM:
            continue
        whole = np.interp(np.arange(len(row)), np.flatnonzero(known), row[known]).astype(np.float32)
        slope = np.abs(np.gradient(cv2.GaussianBlur(whole[None], (0, 0), 1.0)[0]))
        steep = float(np.percentile(slope[known], STEEP))
        if steep > 0:
            total[: len(row)] += np.where(known, np.minimum(slope / steep, 1.5), 0)
            count[: len(row)] += known
    return np.asarray(total / np.maximum(count, 1), np.float32) if total.any() else None


@lru_cache(maxsize=4)
def _load(path: str) -> PaperSpeedModel:
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        weights, offset = np.array(content["weights"], np.float32), float(content["offset"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DependencyError(f"{NAME}.json can't be read: {error}", where="weights") from error
    if weights.shape != (FEATURES,):
        raise DependencyError(f"{NAME}.json has not {FEATURES} weights", where="weights")
    return PaperSpeedModel(weights, offset)
