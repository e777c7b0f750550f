"""PatchECG: probabilities of 23 diagnostic subclasses, 5 superclasses and 9 rhythms from whatever a page shows.

Input: signals [B, 12, 1000] in mV at 100 Hz, 0 where unobserved, and mask [B, 12, 1000], 1 where observed; time is
absolute, so that leads printed one after another stay apart. Output: logits [B, 37]. The masks are those of
nets/masks.py, the network is train/patchecg.py, the idea is PatchECG's (arXiv 2508.09165). Centring of each lead on
its observed mean happens inside the network; calibration, thresholds and classes travel in the ONNX metadata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.signal import resample_poly

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import RefusedError
from ecgimg.findings.opinions import Opinion
from ecgimg.networks.outputs import Output
from ecgimg.networks.runtime import Network, load_network
from ecgimg.recording.recording import Recording

RATE = 100
"""Samples per second of the network."""
LENGTH = 1000
"""Samples of one window."""
FLAT_MV = 0.02
"""A lead that moves less than this over all it shows is flat: a cable that is off, or volts taken as millivolts."""
HIGH_MV, IMPOSSIBLE_MV = 8.0, 20.0
"""Median peak-to-peak height of the leads that is unusual, and that no heart makes (microvolts or raw counts)."""
MIN_LEAD_SECONDS, FEW_LEAD_SECONDS = 1.0, 6.0
"""Observed seconds summed over leads below which a recording is refused, and below which a warning is given."""


@dataclass(frozen=True)
class PatchPrediction:
    """What the network says about a recording, what it saw of it (in lead seconds), and what to be wary of."""

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
    """How much each token speaks for a class: ``values`` [12, P] is the fall of its logit when the token is hidden.

    Patch p covers seconds ``bounds[p]`` to ``bounds[p + 1]``; NaN where a patch shows nothing.
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

    def explain(self, recording: Recording, code: str, group: str = "subclass") -> Saliency:
        """Saliency of one class over lead and time in the first ten seconds; see `explain_all`."""
        return self.explain_all(recording, [(code, group)])[0]

    def explain_all(self, recording: Recording, wanted: Sequence[tuple[str, str]]) -> tuple[Saliency, ...]:
        """Saliency of each (code, group) in the first ten seconds, by hiding one token after the other.

        Raises:
            KeyError: the network has no such output.
            RefusedError: as `predict`.
        """
        columns = {(o.code, o.group): k for k, o in enumerate(self.outputs)}
        signals = windows(prepare(recording)[0])[0]
        starts = range(0, LENGTH, self.patch)
        places = [(k, p) for k in range(len(LEADS)) for p, s in enumerate(starts) if _seen(signals, k, s, self.patch)]
        hidden = np.repeat(signals[None], len(places) + 1, axis=0)
        for row, (lead, p) in enumerate(places):
            hidden[row, lead, p * self.patch : (p + 1) * self.patch] = np.nan
        logits = self.logits(hidden)
        bounds = (*(s / RATE for s in starts), LENGTH / RATE)
        found = []
        for code, group in wanted:
            if (code, group) not in columns:
                raise KeyError(f"no output {code!r} in group {group!r}")
            values = np.full((len(LEADS), len(starts)), np.nan, np.float32)
            falls = logits[-1, columns[code, group]] - logits[:-1, columns[code, group]]
            for place, fall in zip(places, falls, strict=True):
                values[place] = fall
            found.append(Saliency(code, group, values, bounds))
        return tuple(found)

    def logits(self, signals: Floats, batch: int = 32) -> Floats:
        """Raw outputs [N, K] of windows [N, 12, 1000] in mV, NaN where unobserved."""
        parts = []
        for start in range(0, len(signals), batch):
            piece = signals[start : start + batch]
            seen = np.isfinite(piece)
            values = np.where(seen, piece, 0).astype(np.float32)
            parts.append(self._network.run(signals=values, mask=seen.astype(np.float32))[0])
        return np.concatenate(parts)

    def calibrated(self, logits: Floats) -> Floats:
        """Probabilities [N, K] of logits [N, K]."""
        return np.asarray(1 / (1 + np.exp(-(logits * self._slope + self._offset))), np.float32)


def load_patchecg(threads: int = 0) -> PatchEcg:
    """The packaged network; ``threads`` 0 chooses. DependencyError when the weights are missing or damaged."""
    return PatchEcg(load_network("patchecg", threads))


def prepare(recording: Recording) -> tuple[Floats, tuple[str, ...]]:
    """Signals [12, T] at 100 Hz without flat leads, and warnings; RefusedError when they can't be judged."""
    seen = np.isfinite(recording.signals) & (recording.confidences > 0)
    if seen.sum() / recording.fs < MIN_LEAD_SECONDS:
        raise RefusedError(
            f"only {seen.sum() / recording.fs:.2f} lead seconds are known, too few for a diagnosis",
            where=recording.name,
        )
    signals = np.where(seen, recording.signals, np.float32(np.nan))
    heights = np.array(
        [np.ptp(row[known]) if known.any() else np.nan for row, known in zip(signals, seen, strict=True)]
    )
    flat = heights < FLAT_MV
    signals[flat] = np.nan
    warnings = []
    if flat.any():
        names = ", ".join(lead for lead, is_flat in zip(LEADS, flat, strict=True) if is_flat)
        warnings.append(f"flat leads are taken as not recorded: {names}")
    if np.isfinite(signals).sum() / recording.fs < MIN_LEAD_SECONDS:
        raise RefusedError(
            "all leads are flat", where=recording.name, remedy="check the leads, and that the unit is mV and not V"
        )
    height = float(np.median(heights[~flat & np.isfinite(heights)]))
    if height > IMPOSSIBLE_MV:
        raise RefusedError(
            f"the leads are {height:.0f} mV high, which no heart makes",
            where=recording.name,
            remedy="give millivolts; the signal looks like microvolts (divide by 1000) or raw counts",
        )
    if height > HIGH_MV:
        warnings.append(f"the leads are unusually high ({height:.1f} mV): check the gain")
    resampled = resample(signals, recording.fs)
    if np.isfinite(resampled).sum() / RATE < FEW_LEAD_SECONDS:
        warnings.append(f"only {np.isfinite(resampled).sum() / RATE:.1f} lead seconds are known: less certain")
    return resampled, tuple(warnings)


def resample(signals: Floats, fs: float) -> Floats:
    """[12, T] at ``fs`` -> [12, T'] at 100 Hz; gaps stay gaps (a sample is known where the nearest input is)."""
    ratio = Fraction(RATE / fs).limit_denominator(1000)
    if ratio == 1:
        return np.asarray(signals, np.float32)
    length = int(np.ceil(signals.shape[1] * ratio))
    nearest = np.minimum(np.round(np.arange(length) / float(ratio)).astype(int), signals.shape[1] - 1)
    out = np.full((len(signals), length), np.nan, np.float32)
    place = np.arange(signals.shape[1])
    for row, lead in enumerate(signals):
        seen = np.isfinite(lead)
        if not seen.any():
            continue
        bridged = np.interp(place, place[seen], lead[seen])
        level = float(np.median(bridged))
        fine = resample_poly(bridged - level, ratio.numerator, ratio.denominator, padtype="line")[:length] + level
        out[row] = np.where(seen[nearest], fine, np.nan)
    return out


def windows(signals: Floats) -> Floats:
    """[12, T] -> [W, 12, 1000]: one window padded with NaN, or evenly spread ones that show a lead second each."""
    length = signals.shape[1]
    if length <= LENGTH:
        return np.pad(signals, ((0, 0), (0, LENGTH - length)), constant_values=np.nan)[None]
    count = -(-length // LENGTH)
    starts = np.linspace(0, length - LENGTH, count).round().astype(int)
    cut = np.stack([signals[:, s : s + LENGTH] for s in starts])
    enough = np.isfinite(cut).sum((1, 2)) >= MIN_LEAD_SECONDS * RATE
    return cut[enough] if enough.any() else cut


def _seen(signals: Floats, lead: int, start: int, width: int) -> bool:
    return bool(np.isfinite(signals[lead, start : start + width]).any())
