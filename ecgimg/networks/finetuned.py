"""A network that a user trained for targets of their own (`ecgimg finetune`): its folder, its input and its answers.

    input   signals [B, R, T] in mV, 0 where unobserved, and mask [B, R, T], 1 where observed; or picture [B, 1, H, W]
            of a waveform of one channel, facts [B, F] too, NaN where unknown: the phenotypes of a pulse, or what is
            known of the patient beside a spirogram
    output  logits [B, K]; each target has columns of its own

The folder holds `model.onnx`, whose specification has the input and the targets, and `card.json`. Trained by
`ecgimg/train/finetune/`, which uses `prepare` and `decoded` of this module too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Doubles, Floats, Pixels
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.probability import sigmoid
from ecgimg.errors import DependencyError, EcgimgError, UsageError
from ecgimg.findings.own import OwnTask, Stratum
from ecgimg.io.files import hash_file
from ecgimg.networks.patchecg import masked_logits, prepare, split_mask, windows
from ecgimg.networks.pulse import phenotypes, prepared_pulse
from ecgimg.networks.runtime import Network, open_network
from ecgimg.networks.spirogram import prepared_spirogram
from ecgimg.recording.recording import Recording
from ecgimg.recording.waveform import Waveform

NAME = "finetuned"
"""`network` in the specification."""
MODEL = "model.onnx"
"""The network's file in its folder."""
InputKind = Literal["signal", "picture", "pulse", "spirogram"]
WAVEFORMS: tuple[InputKind, ...] = ("pulse", "spirogram")
"""Kinds of one channel that are no ECG."""

BAND_HZ = (0.67, 40.0)
"""Band of ECGFounder's input (Butterworth, order 4, both ways)."""
NOTCH_HZ, NOTCH_Q = 50.0, 30.0
"""Its notch against mains."""
BASELINE_S = 0.4
"""Width of the median that it takes off as the baseline."""


@dataclass(frozen=True)
class ModelInput:
    """What a network takes: `rows` at `rate` Hz of 10 s, of which `leads` are shown; or the picture of a page.

    `band` is whether signals are filtered as ECGFounder's are. Of a waveform `leads` is its channel, and `facts` are
    the names of the numbers that the network takes beside the samples. `litres` are those of a unit of a spirogram.
    """

    kind: InputKind = "signal"
    rate: int = 100
    rows: tuple[str, ...] = LEADS
    leads: tuple[str, ...] = LEADS
    band: bool = False
    facts: tuple[str, ...] = ()
    litres: float = 1.0


@dataclass(frozen=True)
class ModelTarget:
    """One target: columns `first` to `first + count` of the logits, and how they become an answer.

    binary: probability = sigmoid(slope * logit + offset), with thresholds of validation, NaN where there is none;
    regression: value = slope * logit + offset; ordinal: expected level = sum of sigmoid; survival: log hazard.
    """

    name: str
    title: str
    task: OwnTask
    unit: str
    first: int
    count: int = 1
    slope: float = 1.0
    offset: float = 0.0
    rule_out: float | None = None
    balanced: float | None = None
    rule_in: float | None = None

    def stratum(self, probability: float) -> Stratum:
        """low, intermediate or high by the thresholds; empty where there are none."""
        if self.rule_out is None or self.rule_in is None:
            return ""
        return "low" if probability < self.rule_out else "high" if probability >= self.rule_in else "intermediate"


class FinetunedNet:
    """A network with its specification; `sha256` is that of its file."""

    def __init__(self, network: Network, sha256: str) -> None:
        self._network = network
        self.sha256 = sha256
        self.name = str(network.spec["name"])
        self.title = str(network.spec["title"])
        given = dict(network.spec["input"])
        self.input = ModelInput(**given | {k: tuple(given[k]) for k in ("rows", "leads", "facts") if k in given})
        self.targets = tuple(ModelTarget(**row) for row in network.spec["targets"])

    @property
    def spec(self) -> Mapping[str, Any]:
        """The specification stored in the ONNX file."""
        return self._network.spec

    def of_recording(self, recording: Recording) -> Doubles:
        """Answers [targets] for a recording of any rate and length; windows of a long one are averaged.

        Raises:
            RefusedError: too little of the leads is known, or as `patchecg.prepare`.
        """
        return np.asarray(decoded(self.logits(prepared(recording, self.input)), self.targets).mean(0), np.float64)

    def of_waveform(self, wave: Waveform, covariates: Mapping[str, float] | None = None) -> Doubles:
        """Answers [targets] for a pulse or spirogram of any rate and length; windows of a long pulse are averaged.

        Args:
            wave: the channel that the network takes.
            covariates: what is known of the patient by name, beside a spirogram; those left out are unknown.

        Raises:
            RefusedError, UnreadableInputError: as `prepared_pulse` and `prepared_spirogram`.
            UsageError: the network takes no covariate of that name.
        """
        signals, facts = waveform_input(wave, self.input, covariates)
        values, mask = split_mask(signals)
        beside = {"facts": facts} if facts.shape[1] else {}
        logits = self._network.run(signals=values, mask=mask, **beside)[0]
        return np.asarray(decoded(logits, self.targets).mean(0), np.float64)

    def of_picture(self, frame: Floats) -> Doubles:
        """Answers [targets] for the frame [H, W] of a page, as `page_frame` gives it."""
        logits = self._network.run(picture=frame[None, None].astype(np.float32))[0]
        return np.asarray(decoded(logits, self.targets)[0], np.float64)

    def logits(self, signals: Floats) -> Floats:
        """Raw outputs [N, K] of windows [N, R, T] in mV, NaN where unobserved."""
        return masked_logits(self._network, signals)


def open_finetuned(folder: Path, threads: int = 0) -> FinetunedNet:
    """The network of a folder that `ecgimg finetune` wrote.

    Raises:
        UsageError: the folder holds no such network.
    """
    path, remedy = folder / MODEL, "give a folder that `ecgimg finetune` wrote"
    if not path.is_file():
        raise UsageError(f"{folder} has no {MODEL}", where="--model", remedy=remedy)
    try:
        network = open_network(path, threads)
        if network.spec.get("network") != NAME:
            raise DependencyError(f"{path} is another network", where="--model")
        return FinetunedNet(network, hash_file(path))
    except (EcgimgError, KeyError, TypeError, ValueError) as error:
        what = error.what if isinstance(error, EcgimgError) else f"{path} has no specification that can be read"
        raise UsageError(what, where="--model", remedy=remedy) from error


def prepared(recording: Recording, shown: ModelInput) -> Floats:
    """Windows [W, R, T] in mV of a recording, NaN where unobserved; leads that the network does not use are hidden.

    Raises:
        RefusedError: too little of the leads is known, all are flat, or the unit can't be millivolts.
    """
    twelve = recording.twelve
    hidden = [k for k, lead in enumerate(LEADS) if lead not in shown.leads]
    signals, confidence = twelve.signals.copy(), twelve.confidences.copy()
    signals[hidden], confidence[hidden] = np.nan, 0
    signals, _ = prepare(replace(twelve, signals=signals, confidence=confidence), shown.rate)
    if shown.band:
        signals = filtered(signals, shown.rate)
    return windows(signals, shown.rate)[:, [LEADS.index(lead) for lead in shown.rows]]


def waveform_input(
    wave: Waveform, shown: ModelInput, covariates: Mapping[str, float] | None = None
) -> tuple[Floats, Floats]:
    """Windows [W, R, T] of a waveform, NaN where unobserved, and the facts [W, F] of each, NaN where unknown.

    Raises:
        RefusedError: too little is known, or the waveform is flat.
        UnreadableInputError: a spirogram is in another unit.
        UsageError: the network takes no covariate of that name.
    """
    given = covariates or {}
    names = shown.facts if shown.kind == "spirogram" else ()
    if unknown := [name for name in given if name not in names]:
        remedy = f"give those of {', '.join(names)} that are known" if names else "give the waveform alone"
        raise UsageError(f"no covariate {unknown[0]!r} is taken", where="covariates", remedy=remedy)
    if shown.kind == "spirogram":
        own = [[given.get(name, np.nan) for name in names]]
        return prepared_spirogram(wave, shown.litres), np.array(own, np.float32).reshape(1, len(names))
    windows = prepared_pulse(wave)
    return windows, np.stack([phenotypes(window[0]) for window in windows]).astype(np.float32)


def filtered(signals: Floats, rate: int) -> Floats:
    """Signals [L, T] with ECGFounder's notch, band and baseline; gaps are bridged by lines and stay gaps.

    Source: the published code of ECGFounder (NEJM AI 2025).
    """
    from scipy.ndimage import median_filter
    from scipy.signal import butter, filtfilt, iirnotch, sosfiltfilt

    notch = iirnotch(NOTCH_HZ, NOTCH_Q, rate)
    band = butter(4, BAND_HZ, "bandpass", fs=rate, output="sos")
    width = round(BASELINE_S * rate) | 1
    out, place = np.full_like(signals, np.nan), np.arange(signals.shape[1])
    for row, lead in enumerate(signals):
        seen = np.isfinite(lead)
        if not seen.any():
            continue
        bridged = np.interp(place, place[seen], lead[seen])
        fine = sosfiltfilt(band, filtfilt(*notch, bridged))
        out[row] = np.where(seen, fine - median_filter(fine, width, mode="nearest"), np.nan)
    return out


def page_frame(pixels: Pixels, threads: int = 0) -> Floats:
    """The frame [H, W] in 0..1 of a page's curves in a picture, as the packaged image network finds them."""
    from ecgimg.networks.screen import load_screen

    return load_screen(threads).predict(pixels).frame.ink


def decoded(logits: NDArray[np.floating], targets: Sequence[ModelTarget]) -> Doubles:
    """Answers [N, targets] of logits [N, K]: probability, value, expected level, or log hazard."""
    answers = [_answer(logits[:, t.first : t.first + t.count].astype(np.float64), t) for t in targets]
    return np.stack(answers, axis=1)


def _answer(logits: Doubles, target: ModelTarget) -> Doubles:
    if target.task == "ordinal":
        return np.asarray(sigmoid(logits).sum(1))
    scaled = target.slope * logits[:, 0] + target.offset
    return np.asarray(sigmoid(scaled) if target.task == "binary" else scaled)
