"""The opinions of the signal network (PatchECG) on a recording, with the seconds and leads that they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgimg.datamodel.constants import constant
from ecgimg.errors import Cause, Refusal, RefusedError
from ecgimg.findings.opinions import Diagnosis, Opinion
from ecgimg.networks.patchecg import LENGTH, RATE, PatchEcg, PatchPrediction, load_patchecg
from ecgimg.recording.recording import Recording


@dataclass(frozen=True)
class DiagnoseConstants:
    """Constants of the diagnosis."""

    min_quality: float = constant(
        0.8,
        unit="confidence, 0 to 1",
        why="a recording with a lower confidence is not judged, because what was read may not be the heart's signal",
        measured="of drawn pages under it, half came back below 5 dB",
    )


DIAGNOSE = DiagnoseConstants()


def diagnose(
    recording: Recording, quality: float | None = None, threads: int = 0, *, use_generated: bool = False
) -> Diagnosis:
    """The opinions of PatchECG on a recording of any rate and length; those that reach their threshold have a saliency.

    `quality` is the confidence of the page from which the recording was read, 0 to 1; by default the mean confidence of
    the recorded samples. Samples that were generated are unknown here, unless `use_generated`. A recording that can't
    be judged gives no opinions but a refusal with its reason: too little is known, all leads are flat, the unit can't
    be millivolts, or the quality is under `min_quality`.

    Raises:
        DependencyError: the weights are missing or damaged.
    """
    quality = recording_quality(recording) if quality is None else quality
    recording = recording if use_generated else recording.seen
    if quality < DIAGNOSE.min_quality:
        seconds = float(np.isfinite(recording.signals).sum() / recording.fs)
        details = f"diagnose: the confidence of what was read is {quality:.2f}, under {DIAGNOSE.min_quality}"
        return Diagnosis((), quality, seconds, refusal=Refusal(Cause.LOW_CONFIDENCE, details))
    net = load_patchecg(threads)
    try:
        prediction = net.predict(recording)
    except RefusedError as error:
        return Diagnosis((), quality, 0.0, refusal=error.refusal)
    opinions = tuple(_explained(net, recording, prediction.findings))
    return Diagnosis(opinions, quality, prediction.lead_seconds, _warnings(recording, prediction))


def recording_quality(recording: Recording) -> float:
    """Mean confidence of all samples that were recorded; 0 where there are none."""
    known = np.isfinite(recording.signals) & ~recording.not_recorded
    return float(recording.confidences[known].mean()) if known.any() else 0.0


def _explained(net: PatchEcg, recording: Recording, opinions: Sequence[Opinion]) -> list[Opinion]:
    """The opinions, with a saliency where they reach their threshold."""
    positive = [o.key for o in opinions if o.positive]
    maps = net.explain_all(recording, positive) if positive else ()
    by_key = {(map_.code, map_.group): map_ for map_ in maps}
    explained = []
    for opinion in opinions:
        map_ = by_key.get(opinion.key)
        explained.append(replace(opinion, saliency=map_.values, bounds=map_.bounds) if map_ else opinion)
    return explained


def _warnings(recording: Recording, prediction: PatchPrediction) -> tuple[str, ...]:
    """The warnings of the network, and one where a recording is longer than what is explained."""
    longer = recording.seconds > LENGTH / RATE
    note = ("only the first 10 s are explained; probabilities are the mean over windows of 10 s",) if longer else ()
    return (*prediction.warnings, *note)
