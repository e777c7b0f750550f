"""What the signal network says of a recording, and which seconds of which leads made it say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ecgimg.errors import RefusedError
from ecgimg.findings.opinions import Diagnosis, Opinion
from ecgimg.networks.patchecg import LENGTH, RATE, PatchEcg, PatchPrediction, load_patchecg
from ecgimg.recording.recording import Recording

MIN_QUALITY = 0.8
"""Confidence, 0 to 1, under which a recording is not judged: of drawn pages under it half came back below 5 dB."""


def diagnose(recording: Recording, quality: float | None = None, threads: int = 0) -> Diagnosis:
    """The opinions of PatchECG on a recording of any rate and length; those that reach their threshold are explained.

    `quality` is the confidence of the page the recording was read from, 0 to 1; by default the mean confidence of the
    recording's known samples. A recording that can't be judged gives no opinion but the reason: too little or nothing
    but flat lines is known, the unit can't be millivolts, or its quality is under MIN_QUALITY.

    Raises:
        DependencyError: the weights are missing or damaged.
    """
    quality = recording_quality(recording) if quality is None else quality
    if quality < MIN_QUALITY:
        seconds = float(np.isfinite(recording.signals).sum() / recording.fs)
        why = f"the confidence of what was read is {quality:.2f}, under {MIN_QUALITY}: it is not judged"
        return Diagnosis((), quality, seconds, refusal=why)
    net = load_patchecg(threads)
    try:
        said = net.predict(recording)
    except RefusedError as error:
        return Diagnosis((), quality, 0.0, refusal=error.what)
    return Diagnosis(
        tuple(_explain(net, recording, said.findings)), quality, said.lead_seconds, _warnings(recording, said)
    )


def recording_quality(recording: Recording) -> float:
    """Mean confidence of all samples that are known, 0 where none is."""
    known = np.isfinite(recording.signals)
    return float(recording.confidences[known].mean()) if known.any() else 0.0


def _explain(net: PatchEcg, recording: Recording, opinions: Sequence[Opinion]) -> list[Opinion]:
    positive = [o.key for o in opinions if o.positive]
    maps = net.explain_all(recording, positive) if positive else ()
    found = {(m.code, m.group): m for m in maps}
    explained = []
    for opinion in opinions:
        map_ = found.get(opinion.key)
        explained.append(replace(opinion, saliency=map_.values, bounds=map_.bounds) if map_ else opinion)
    return explained


def _warnings(recording: Recording, said: PatchPrediction) -> tuple[str, ...]:
    longer = recording.seconds > LENGTH / RATE
    note = ("only the first 10 s are explained; probabilities are the mean over windows of 10 s",) if longer else ()
    return (*said.warnings, *note)
