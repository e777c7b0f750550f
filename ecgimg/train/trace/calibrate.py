"""Measures the trace network on held-out synthetic pages: decibels by recipe, and calibration of its confidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from torch import nn

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.probability import sigmoid
from ecgimg.networks.trace import ROWS_PER_MM, TOLERANCE_MM, Spec, decode, place_in_band
from ecgimg.synth.recipe import load_recipe
from ecgimg.synth.sample import sample_page
from ecgimg.synth.signals.sources import SignalSource
from ecgimg.threads import use_one_opencv_thread
from ecgimg.train.common.sheets import photo_sheet, print_sheet
from ecgimg.train.trace.data import Cut, cut_rows

PRESENCE = 0.5
"""Probability from which a column counts as printed."""
KNOTS = 24
"""Points of the calibration curve."""
RIGHT_ROWS = TOLERANCE_MM * ROWS_PER_MM
"""Largest error of a sample that counts as correct."""


@dataclass(frozen=True, eq=False)
class ValidationPage:
    """The bands of a page's rows, and the recipe it was drawn by."""

    recipe: str
    rows: tuple[Cut, ...]


@dataclass(frozen=True, eq=False)
class BandReading:
    """The network's output for one band: rows, raw confidence and presence logits [N]; and the true rows [N]."""

    place: Floats
    confidence: Floats
    presence: Floats
    truth: Floats


def validation_pages(source: SignalSource, recipe: str, count: int, seed: int = 9) -> Iterator[ValidationPage]:
    """Pages of a recipe, the same at each call; `clean` ones are flat prints with a cheap wear, as in training."""
    use_one_opencv_thread()
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        chosen = load_recipe(recipe)
        if recipe == "clean":
            sheet = print_sheet(source, chosen.page, rng)
        else:
            sheet = photo_sheet(sample_page((seed, k), chosen, source), rng)
        yield ValidationPage(recipe, tuple(cut_rows(sheet, rng)))


def read_page(model: nn.Module, page: ValidationPage) -> list[BandReading]:
    """The network's readings of a page's bands."""
    return [_read(model, row.band, row.rows) for row in page.rows]


def page_db(reads: list[BandReading], threshold: float) -> float:
    """SNR of a page in dB over printed columns.

    It is the metric of the PhysioNet digitization competition with two differences: no shift in time is free, and all
    leads of a row share one free offset. A column below the presence threshold counts as the row's median.
    """
    signal = noise = 0.0
    for read in reads:
        printed = np.isfinite(read.truth)
        if not printed.any():
            continue
        true = read.truth[printed].astype(np.float64)
        present = sigmoid(read.presence[printed]) >= threshold
        guess = np.where(present, read.place[printed], np.nan)
        offset = float(np.mean(true[present] - guess[present])) if present.any() else 0.0
        middle = float(np.median(true))
        signal += float(((true - middle) ** 2).sum())
        noise += float(((true - np.where(present, guess + offset, middle)) ** 2).sum())
    return float(10 * np.log10(max(signal, 1e-9) / max(noise, 1e-9)))


def calibrate(reads: list[BandReading]) -> Spec:
    """The presence threshold, and a monotone curve from raw confidence to the share of correct samples."""
    presence = np.concatenate([sigmoid(read.presence) for read in reads])
    truth = np.concatenate([read.truth for read in reads])
    place = np.concatenate([read.place for read in reads])
    raw = np.concatenate([read.confidence for read in reads])
    printed = np.isfinite(truth)
    present = presence >= PRESENCE
    right = printed[present] & (np.abs(np.nan_to_num(truth[present], nan=-1e3) - place[present]) <= RIGHT_ROWS)
    return Spec(PRESENCE, _monotone(raw[present], right))


def expected_error(reads: list[BandReading], spec: Spec, bins: int = 10) -> float:
    """Expected calibration error: mean over equally filled bins of |mean confidence - share of correct samples|."""
    raw = np.concatenate([read.confidence for read in reads])
    truth = np.concatenate([read.truth for read in reads])
    place = np.concatenate([read.place for read in reads])
    present = np.concatenate([sigmoid(read.presence) for read in reads]) >= spec.presence
    curve = np.array(spec.confidence)
    confidence = np.interp(raw[present], curve[:, 0], curve[:, 1])
    right = np.abs(np.nan_to_num(truth[present], nan=-1e3) - place[present]) <= RIGHT_ROWS
    parts = np.array_split(np.argsort(confidence), bins)
    return float(np.mean([abs(confidence[part].mean() - right[part].mean()) for part in parts]))


def _monotone(raw: Floats, right: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    order = np.argsort(raw)
    parts = np.array_split(order, 400)
    x = np.array([raw[part].mean() for part in parts])
    fitted = isotonic_regression([right[part].mean() for part in parts]).x
    knots = np.linspace(0, 1, KNOTS)
    return tuple((round(float(k), 4), round(float(np.interp(k, x, fitted)), 4)) for k in knots)


def _read(model: nn.Module, band: Floats, truth: Floats) -> BandReading:
    place = np.broadcast_to(place_in_band()[None, :, None], (1, *band.shape[1:]))
    full = torch.from_numpy(np.concatenate([band, place])[None]).to(memory_format=torch.channels_last)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        logits, presence = model(full)
    rows, confidence = decode(logits[0].float().numpy(), presence[0].float().numpy())
    return BandReading(rows, confidence, presence[0].float().numpy(), truth)
