"""PatchECG: a recording, however little of it is known -> 23 diagnostic subclasses, 5 superclasses and 9 rhythms.

What it is: residual convolutions over all leads together, and attention over patches of every lead; 2.3 M parameters.

    input   signals [B, 12, 1000] in mV at 100 Hz, 0 where unobserved, and mask [B, 12, 1000], 1 where observed; time is
            absolute, so that leads printed one after another stay apart
    output  logits [B, 37], in the order of `outputs` in the specification

Each lead is centred on its observed mean inside the network.

Size: 4.6 MB (`weights/patchecg.onnx`); classes, calibration and thresholds are in its metadata. Source: the idea is
PatchECG's (arXiv 2508.09165). Trained by `ecgimg/train/patchecg/` on PTB-XL under the masks of
`ecgimg/train/patchecg/masks.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecgimg.datamodel.arrays import Bools, Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.probability import sigmoid
from ecgimg.errors import Cause, RefusedError
from ecgimg.findings.opinions import Opinion
from ecgimg.networks.outputs import Output
from ecgimg.networks.runtime import Network, load_network
from ecgimg.recording.recording import Recording
from ecgimg.recording.resample import resample

NAME = "patchecg"
RATE = 100
"""Samples per second of the network."""
LENGTH = 1000
"""Samples of one window."""
BATCH = 32
"""Windows that are run at once."""
FLAT_MV = 0.02
"""A lead whose peak-to-peak height is below this is flat: a cable is off, or volts are taken for millivolts."""
HIGH_MV = 8.0
"""Median peak-to-peak height of the leads above which a warning is given."""
IMPOSSIBLE_MV = 20.0
"""Median peak-to-peak height of the leads that no heart makes: microvolts or raw counts."""
MIN_LEAD_SECONDS = 1.0
"""Observed seconds, summed over the leads, below which a recording is refused."""
FEW_LEAD_SECONDS = 6.0
"""Observed seconds, summed over the leads, below which a warning is given."""


@dataclass(frozen=True)
class PatchPrediction:
    """Findings of a recording, the seconds of it that were known, summed over leads, and warnings."""

    findings: tuple[Opinion, ...]
    lead_seconds: float
    warnings: tuple[str, ...]

    def group(self, group: str) -> tuple[Opinion, ...]:
        """Findings of one group: subclass, superclass or rhythm."""
        return tuple(f for f in self.findings if f.group == group)

    def probability(self, code: str, group: str = "subclass") -> float:
        """Probability of one code; KeyError when the network has no such output."""
        for finding in self.group(group):
            if finding.code == code:
                return finding.probability
        raise KeyError(f"no output {code!r} in group {group!r}")


@dataclass(frozen=True, eq=False)
class Saliency:
    """Evidence of each token for a class: `values` [12, P] is the fall of its logit when the token is hidden.

    A token is a patch of one lead. Patch p covers seconds `bounds[p]` to `bounds[p + 1]`; NaN where nothing is known.
    """

    code: str
    group: str
    values: Floats
    bounds: tuple[float, ...]


class PatchEcg:
    """The network with its specification; one object serves any number of recordings."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.outputs = tuple(Output(**row) for row in network.spec["outputs"])
        self.patch = int(network.spec["patch"])
        self._slope = np.array([o.slope for o in self.outputs], np.float32)
        self._offset = np.array([o.offset for o in self.outputs], np.float32)

    @property
    def spec(self) -> Mapping[str, Any]:
        """The specification stored in the ONNX file."""
        return self._network.spec

    def predict(self, recording: Recording) -> PatchPrediction:
        """Probabilities of a recording of any rate and length; windows of a long one are averaged.

        Raises:
            RefusedError: less than one lead second is known, all leads are flat, or the unit can't be millivolts.
        """
        signals, warnings = prepare(recording)
        lead_seconds = float(np.isfinite(signals).sum() / RATE)
        probabilities = self.calibrated(self.logits(windows(signals))).mean(0)
        findings = tuple(
            Opinion(o.code, o.group, float(p), o.threshold) for o, p in zip(self.outputs, probabilities, strict=True)
        )
        return PatchPrediction(findings, lead_seconds, warnings)

    def explain_all(self, recording: Recording, wanted: Sequence[tuple[str, str]]) -> tuple[Saliency, ...]:
        """Saliency of each (code, group) over lead and time in the first ten seconds, by hiding one token at a time.

        Raises:
            KeyError: the network has no such output.
            RefusedError: as `predict`.
        """
        signals = windows(prepare(recording)[0])[0]
        starts = range(0, LENGTH, self.patch)
        tokens = [(k, p) for k in range(len(LEADS)) for p, s in enumerate(starts) if _seen(signals, k, s, self.patch)]
        hidden = np.repeat(signals[None], len(tokens) + 1, axis=0)
        for row, (lead, p) in enumerate(tokens):
            hidden[row, lead, p * self.patch : (p + 1) * self.patch] = np.nan
        logits = self.logits(hidden)
        falls = logits[-1] - logits[:-1]
        bounds = (*(s / RATE for s in starts), LENGTH / RATE)
        columns = {(o.code, o.group): k for k, o in enumerate(self.outputs)}
        found = []
        for code, group in wanted:
            if (code, group) not in columns:
                raise KeyError(f"no output {code!r} in group {group!r}")
            values = np.full((len(LEADS), len(starts)), np.nan, np.float32)
            for token, fall in zip(tokens, falls[:, columns[code, group]], strict=True):
                values[token] = fall
            found.append(Saliency(code, group, values, bounds))
        return tuple(found)

    def logits(self, signals: Floats) -> Floats:
        """Raw outputs [N, K] of windows [N, 12, 1000] in mV, NaN where unobserved."""
        return masked_logits(self._network, signals)

    def calibrated(self, logits: Floats) -> Floats:
        """Probabilities [N, K] of logits [N, K]."""
        return np.asarray(sigmoid(logits * self._slope + self._offset), np.float32)


def load_patchecg(threads: int = 0) -> PatchEcg:
    """The packaged network; `threads` 0 chooses. DependencyError when the weights are missing or damaged."""
    return PatchEcg(load_network(NAME, threads))


def masked_logits(network: Network, signals: Floats) -> Floats:
    """Raw outputs [N, K] of a network of signals and mask for windows [N, R, T] in mV, NaN where unobserved."""
    parts = []
    for start in range(0, len(signals), BATCH):
        values, mask = split_mask(signals[start : start + BATCH])
        parts.append(network.run(signals=values, mask=mask)[0])
    return np.concatenate(parts)


def split_mask(signals: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """Signals with 0 where they are NaN, and the mask of what is observed, both float32 of the same shape."""
    seen = np.isfinite(signals)
    return np.where(seen, signals, 0).astype(np.float32), seen.astype(np.float32)


def prepare(recording: Recording, rate: int = RATE) -> tuple[Floats, tuple[str, ...]]:
    """Signals [12, T] at `rate` Hz without flat leads, and warnings; RefusedError when they can't be judged.

    Leads beyond the 12 are not used.
    """
    recording = recording.twelve
    known = np.isfinite(recording.signals) & (recording.confidences > 0)
    if known.sum() / recording.fs < MIN_LEAD_SECONDS:
        details = f"only {known.sum() / recording.fs:.2f} lead seconds are known, {MIN_LEAD_SECONDS:g} are needed"
        raise RefusedError(Cause.LITTLE_SIGNAL, details, where=recording.name)
    signals = np.where(known, recording.signals, np.float32(np.nan))
    heights = np.array([np.ptp(row[seen]) if seen.any() else np.nan for row, seen in zip(signals, known, strict=True)])
    flat = heights < FLAT_MV
    signals[flat] = np.nan
    if np.isfinite(signals).sum() / recording.fs < MIN_LEAD_SECONDS:
        details = f"no lead is {FLAT_MV:g} mV high for {MIN_LEAD_SECONDS:g} lead seconds"
        raise RefusedError(Cause.FLAT_SIGNAL, details, where=recording.name)
    height = float(np.median(heights[~flat & np.isfinite(heights)]))
    if height > IMPOSSIBLE_MV:
        raise RefusedError(Cause.WRONG_UNIT, f"the leads are {height:.0f} mV high", where=recording.name)
    resampled = resample(signals, recording.fs, rate)
    return resampled, _warnings(flat, height, np.isfinite(resampled).sum() / rate)


def _warnings(flat: Bools, height_mv: float, lead_seconds: float) -> tuple[str, ...]:
    """What a reader of the diagnosis should know of the recording."""
    warnings = []
    if flat.any():
        names = ", ".join(lead for lead, is_flat in zip(LEADS, flat, strict=True) if is_flat)
        warnings.append(f"flat leads are taken as not recorded: {names}")
    if height_mv > HIGH_MV:
        warnings.append(f"the leads are unusually high ({height_mv:.1f} mV): check the gain")
    if lead_seconds < FEW_LEAD_SECONDS:
        warnings.append(f"only {lead_seconds:.1f} lead seconds are known: less certain")
    return tuple(warnings)


def windows(signals: Floats, rate: int = RATE) -> Floats:
    """[12, T] -> [W, 12, 10 s]: one window padded with NaN, or evenly spread ones with a lead second each at least."""
    length, size = signals.shape[1], LENGTH * rate // RATE
    if length <= size:
        return np.pad(signals, ((0, 0), (0, size - length)), constant_values=np.nan)[None]
    count = -(-length // size)
    starts = np.linspace(0, length - size, count).round().astype(int)
    cut = np.stack([signals[:, s : s + size] for s in starts])
    enough = np.isfinite(cut).sum((1, 2)) >= MIN_LEAD_SECONDS * rate
    return cut[enough] if enough.any() else cut


def _seen(signals: Floats, lead: int, start: int, width: int) -> bool:
    return bool(np.isfinite(signals[lead, start : start + width]).any())
