"""The generator: statements, sex, age, heart rate and a text -> 12-lead signals that no patient had.

What it is: beats first, then their signal. The times of the beats are RR intervals of a record with the same rhythm,
scaled to the rate. The signal comes from a diffusion model over the coefficients of a fixed transform, after DiffuSETS
(arXiv 2501.05932), which has a trained encoder in place of the transform and finds the beats by itself. A U-Net of
2.5 M parameters removes the noise step by step.

    input   state [B, 48, 64]: coefficients with noise, cos(angle) * coefficients + sin(angle) * noise
            angle [B, 1]: from pi / 2 (noise alone) to 0
            beats [B, 16, 64]: bumps at the beats (`beat_map`), 16 samples a hop
            condition [B, 74]: statements, sex, age and rate (`condition`); 0 where nothing is asked for
            text [B, 2048]: hashed parts of words (`text_features`); 0 without a text
    output  velocity [B, 48, 64]: cos(angle) * noise - sin(angle) * coefficients (Salimans and Ho, arXiv 2202.00512)
            leads [B, 8, 1000]: I, II, V1 to V6 in mV at 100 Hz, of the coefficients that state and velocity stand for

A step of DDIM (Song et al., arXiv 2010.02502) is then a rotation by the difference of two angles. The transform is a
lapped cosine transform of 16 samples a hop, whose 128 coefficients of a hop are reduced to 48 by a principal component
analysis; its inverse is a part of the file.

Size: 5 MB (`weights/generation.onnx`). Trained by `ecgimg/train/generation/` on PTB-XL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datamodel.patient import Sex
from ecgimg.datasets.scp_codes import FORMS, RHYTHMS, SUBCLASSES
from ecgimg.networks.runtime import Network, load_network

NAME = "generation"
RATE = 100
"""Samples a second of the leads."""
LENGTH = 1000
"""Samples of the leads."""
LEADS_MADE = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
"""The leads of the output; the other four are sums of I and II."""
CHANNELS = 48
"""Coefficients of a hop."""
HOPS = 64
"""Hops of a recording."""
HOP = 16
"""Samples from a hop to the next; the windows of the transform are twice as long."""
BEFORE = HOP + ((HOPS - 1) * HOP - LENGTH) // 2
"""Samples before the recording's start in the first window."""
BEAT_SAMPLES = 1.5
"""Width of a beat's bump in samples."""
RHYTHM_ORDER = ("PACE", "BIGU", "AFIB", "AFLT", "SVARR", "PVC", "PAC", "SARRH", "STACH", "SBRAD", "SR")
"""Statements that decide the RR intervals; of several the first counts, without any the last."""
NEAR_RATES = 12
"""The RR intervals are drawn from so many sequences whose own rate is nearest to the one asked for."""
CODES: tuple[str, ...] = (*SUBCLASSES, *RHYTHMS, *FORMS)
"""Statements that can be asked for, in the order of the condition."""
SEXES: tuple[Sex, ...] = ("female", "male")
AGES = np.arange(20.0, 100.0, 10.0)
"""Centres in years of the condition's bumps for the age."""
RATES = np.arange(30.0, 230.0, 10.0)
"""Centres in beats/min of the condition's bumps for the rate."""
CONDITIONS = len(CODES) + len(SEXES) + len(AGES) + len(RATES)
"""Length of the condition."""
TEXT_BINS = 2048
"""Bins into which parts of words are hashed."""
PART = 4
"""Letters of a part of a word; a word is a part too."""
STEPS = 40
"""Steps of the sampler."""
GUIDANCE = 2.0
"""How far the velocity goes beyond that without a condition, towards that with it; 1 is no guidance (Ho and Salimans,
arXiv 2207.12598)."""


def condition(
    codes: Iterable[str] = (), sex: Sex | None = None, age: float | None = None, rate: float | None = None
) -> Floats:
    """The condition [CONDITIONS]; what is not given is 0.

    Age and rate are bumps around their centres, so that near values look alike.

    Args:
        codes: of CODES.
        sex: of SEXES.
        age: in years.
        rate: in beats/min.

    Raises:
        ValueError: a code or the sex is none of these.
    """
    statements, sexes = np.zeros(len(CODES)), np.zeros(len(SEXES))
    statements[[CODES.index(code) for code in codes]] = 1
    if sex is not None:
        sexes[SEXES.index(sex)] = 1
    return np.concatenate([statements, sexes, _bumps(age, AGES), _bumps(rate, RATES)]).astype(np.float32)


def text_features(text: str) -> Floats:
    """Counts [TEXT_BINS] of hashed words and parts of words, scaled to length 1; 0 without a word."""
    counts = np.zeros(TEXT_BINS, np.float32)
    for part in _parts(text):
        counts[crc32(part.encode()) % TEXT_BINS] += 1
    return counts / max(float(np.linalg.norm(counts)), 1.0)


def beat_map(times: Iterable[float]) -> Floats:
    """Bumps [HOP, HOPS] at the times of beats in seconds, for every sample of a hop."""
    samples = np.arange(HOPS)[None] * HOP + np.arange(HOP)[:, None] + HOP / 2 - BEFORE
    out = np.zeros((HOP, HOPS))
    for time in times:
        out += np.exp(-0.5 * ((samples - time * RATE) / BEAT_SAMPLES) ** 2)
    return out.astype(np.float32)


def rhythm_of(codes: Iterable[str]) -> str:
    """The statement of RHYTHM_ORDER that decides the RR intervals."""
    own = {*codes}
    return next((code for code in RHYTHM_ORDER if code in own), RHYTHM_ORDER[-1])


class Generator:
    """The network with the RR intervals in its specification, ready to make recordings."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._intervals = {code: [np.array(row) for row in rows] for code, rows in network.spec["intervals"].items()}

    def beats(self, codes: Iterable[str], rate: float | None, seed: Sequence[int]) -> Doubles:
        """Times of beats in seconds, from before the recording's start to after its end.

        They are RR intervals of a record with the rhythm of the codes, repeated where they are too short, and scaled so
        that their median is 60 / rate; where no rate is given they stay as they are. A rhythm of which no intervals are
        stored has those of sinus rhythm.
        """
        rng = np.random.default_rng(seed)
        rows = self._intervals.get(rhythm_of(codes)) or self._intervals[RHYTHM_ORDER[-1]]
        if rate is not None:
            rows = sorted(rows, key=lambda row: abs(np.log(np.median(row) * rate / 60)))[:NEAR_RATES]
        row = rows[int(rng.integers(len(rows)))]
        if rate is not None:
            row = row * (60 / rate / np.median(row))
        many = np.tile(row, int(2 + (LENGTH / RATE) // row.sum()))
        return np.asarray(np.cumsum(many) - rng.uniform(0, 2) * row[0])

    def sample(
        self,
        beats: Floats,
        conditions: Floats,
        texts: Floats,
        seeds: Sequence[Sequence[int]],
        guidance: float = GUIDANCE,
    ) -> Floats:
        """Leads [B, 8, LENGTH] in mV at RATE; the same seed and request give the same recording.

        Args:
            beats: of `beat_map` [B, HOP, HOPS].
            conditions: of `condition` [B, CONDITIONS].
            texts: of `text_features` [B, TEXT_BINS].
            seeds: of the noise, some numbers a recording.
            guidance: 1 for none.
        """
        noises = [np.random.default_rng(seed).standard_normal((CHANNELS, HOPS)) for seed in seeds]
        state, leads = np.asarray(noises, np.float32), np.zeros(0, np.float32)
        for angle, after in pairwise(np.linspace(np.pi / 2, 0, STEPS + 1)):
            velocity, leads = self._guided(state, angle, beats, conditions, texts, guidance)
            step = np.float32(angle - after)
            state = np.cos(step) * state - np.sin(step) * velocity
        return leads

    def _guided(
        self, state: Floats, angle: float, beats: Floats, conditions: Floats, texts: Floats, guidance: float
    ) -> tuple[Floats, Floats]:
        """Velocity and leads at an angle, with guidance; both are linear in the network's velocity."""
        nothing = np.zeros_like
        with_it = self._run(state, angle, beats, conditions, texts)
        if guidance == 1:
            return with_it
        without = self._run(state, angle, beats, nothing(conditions), nothing(texts))
        velocity, leads = (b + np.float32(guidance) * (a - b) for a, b in zip(with_it, without, strict=True))
        return velocity, leads

    def _run(
        self, state: Floats, angle: float, beats: Floats, conditions: Floats, texts: Floats
    ) -> tuple[Floats, Floats]:
        angles = np.full((len(state), 1), angle, np.float32)
        velocity, leads = self._network.run(state=state, angle=angles, beats=beats, condition=conditions, text=texts)
        return velocity, leads


def load_generator(threads: int = 0) -> Generator:
    """The packaged network; DependencyError when the weights are missing or damaged."""
    return Generator(load_network(NAME, threads))


def _bumps(value: float | None, centres: Doubles) -> Doubles:
    """How near a value lies to each centre, 0 to 1; 0 for an unknown value. Beyond the centres the last one counts."""
    if value is None:
        return np.zeros(len(centres))
    inside = np.clip(value, centres[0], centres[-1])
    return np.asarray(np.exp(-0.5 * ((inside - centres) / (centres[1] - centres[0])) ** 2))


def _parts(text: str) -> Iterator[str]:
    """Words in small letters, and their parts of PART letters, with the marks of a word's beginning and end."""
    for word in re.findall(r"[^\W_]+", text.lower()):
        yield word
        marked = f"<{word}>"
        yield from (marked[k : k + PART] for k in range(len(marked) - PART + 1))
