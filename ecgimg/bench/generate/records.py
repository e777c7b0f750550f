"""What is compared: real records that no network learned from, and recordings generated for their descriptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ecgimg.datamodel.arrays import Doubles, Floats
from ecgimg.datasets.ptbxl import Ptbxl
from ecgimg.findings.protocol import RuleVerdict
from ecgimg.findings.requests import EcgRequest, understand
from ecgimg.networks.generation import RATE, Generator, beat_map, condition, text_features
from ecgimg.networks.patchecg import load_patchecg
from ecgimg.recording.recording import Recording
from ecgimg.stages.interpret.criteria import packaged_criteria
from ecgimg.stages.interpret.interpret import interpret
from ecgimg.stages.measure.measure import measure
from ecgimg.synth.signals.simulator import twelve_leads
from ecgimg.train.generation.data import Description, describe, made_leads
from ecgimg.train.generation.sentences import compose

Tell = Callable[[str], None]
BATCH = 20
"""Recordings that are generated at once."""
KERNELS = 400
"""Random kernels of the small classifier (ROCKET, Dempster et al. 2020, doi:10.1007/s10618-020-00701-z)."""
KERNEL_LENGTH = 9
DILATIONS = (1, 2, 4, 8, 16)
SPECTRUM_BINS = 256
"""Amplitudes of 0.1 Hz each by which a recording is compared with all training records."""


@dataclass(frozen=True, eq=False)
class Seen:
    """Recordings as the package sees them.

    `rates` [N] in beats/min (NaN where none was found), `log_odds` [N, K] of PatchECG's outputs, `found` and `met` the
    codes of its positive outputs and of the rules that are met, `spectra` [N, 8 * SPECTRUM_BINS] and `kernels` [N, P].
    """

    rates: Doubles
    log_odds: Floats
    found: tuple[frozenset[str], ...]
    met: tuple[frozenset[str], ...]
    spectra: Floats
    kernels: Floats


@dataclass(frozen=True, eq=False)
class Real:
    """Records of a fold: learned leads [N, 8, 1000], what is known of them, and their numbers of patients."""

    leads: Floats
    descriptions: tuple[Description, ...]
    patients: np.ndarray


def real_records(database: Ptbxl, fold: int, count: int) -> Real:
    """Records of a fold at even distances, those without codes left out."""
    records = database.select((fold,))
    chosen = records[:: max(len(records) // count, 1)][:count]
    leads = made_leads(np.stack([database.signal(record) for record in chosen]))
    described = tuple(describe(database, record, own) for record, own in zip(chosen, leads, strict=True))
    return Real(leads, described, np.array([record.patient_id for record in chosen]))


def generate(generator: Generator, asked: Sequence[EcgRequest], tell: Tell) -> Floats:
    """Leads [N, 8, 1000] for requests."""
    out = []
    for start in range(0, len(asked), BATCH):
        part = asked[start : start + BATCH]
        seeds = [(1, start + k) for k in range(len(part))]
        beats = [generator.beats(one.codes, one.rate, (*seed, 2)) for one, seed in zip(part, seeds, strict=True)]
        maps = np.stack([beat_map(times) for times in beats])
        conditions = np.stack([condition(one.codes, one.sex, one.age, one.rate) for one in part])
        texts = np.stack([text_features(one.text) for one in part])
        out.append(generator.sample(maps, conditions, texts, seeds))
        tell(f"{start + len(part)}/{len(asked)} generated")
    return np.concatenate(out)


def by_statements(described: Sequence[Description]) -> list[EcgRequest]:
    """Requests for all that is known of records."""
    return [EcgRequest(one.codes, one.sex, one.age, one.rate) for one in described]


def by_sentences(described: Sequence[Description]) -> list[EcgRequest]:
    """Requests by a sentence a record, as a user writes it: with what is understood of it."""
    rng = np.random.default_rng(1)
    return [understand(compose(one.codes, one.rate, one.sex, one.age, rng)) for one in described]


def see(leads: Floats, descriptions: Sequence[Description], tell: Tell) -> Seen:
    """What the package sees on leads [N, 8, 1000]; limits of rules are those of the described patients."""
    patchecg = load_patchecg()
    log_odds = patchecg.logits(np.stack([twelve_leads(one) for one in leads]))
    limits = np.array([output.threshold for output in patchecg.outputs])
    positive = patchecg.calibrated(log_odds) >= limits
    codes = np.array([output.code if output.group != "superclass" else "" for output in patchecg.outputs])
    found = tuple(frozenset(codes[row].tolist()) - {""} for row in positive)
    rates, met = [], []
    for k, (own, described) in enumerate(zip(leads, descriptions, strict=True)):
        rate, codes_met = _measured(own, described)
        rates.append(rate)
        met.append(codes_met)
        if k % 50 == 49:
            tell(f"{k + 1}/{len(leads)} measured")
    return Seen(np.array(rates), log_odds, found, tuple(met), spectra(leads), random_kernels(leads))


def _measured(leads: Floats, described: Description) -> tuple[float, frozenset[str]]:
    """The heart rate of leads [8, 1000], NaN without one, and the codes of the criteria that are met."""
    measured = measure(Recording(signals=twelve_leads(leads), fs=RATE))
    age = None if described.age is None else round(described.age)
    stated = interpret(measured, described.sex, age)
    rate = measured.figure("heart rate").value
    met = (code for one in stated.statements if one.verdict is RuleVerdict.MET for code in one.codes)
    return np.nan if rate is None else rate, frozenset(met)


def spectra(leads: Floats) -> Floats:
    """Square roots of the amplitudes below 25.6 Hz [N, 8 * SPECTRUM_BINS]; a shift in time does not change them."""
    amplitudes = np.abs(np.fft.rfft(leads, axis=-1))[..., 1 : SPECTRUM_BINS + 1]
    return np.sqrt(amplitudes).reshape(len(leads), -1).astype(np.float32)


def random_kernels(leads: Floats) -> Floats:
    """Maximum and share above 0 [N, 2 * KERNELS] of convolutions of the leads with random kernels."""
    source = torch.Generator().manual_seed(5)
    out = []
    signals = torch.from_numpy(np.ascontiguousarray(leads, np.float32))
    for dilation in DILATIONS:
        weights = torch.randn(KERNELS // len(DILATIONS), leads.shape[1], KERNEL_LENGTH, generator=source)
        biases = 0.3 * torch.randn(len(weights), generator=source)
        weights = weights - weights.mean(-1, keepdim=True)
        found = torch.nn.functional.conv1d(signals, weights, biases, padding="same", dilation=dilation)
        out += [found.amax(-1), (found > 0).float().mean(-1)]
    return np.asarray(torch.cat(out, 1).numpy(), np.float32)


def rules_with_codes() -> frozenset[str]:
    """All codes that the packaged criteria state."""
    return frozenset(code for one in packaged_criteria().criteria for code in one.codes)


def training_spectra(database: Ptbxl, folder: Path) -> Floats:
    """Spectra of all records that the generator learned from; signals are stored in a folder."""
    from ecgimg.train.common.ptbxl_targets import TRAIN_FOLDS, load_set

    signals = load_set(database, TRAIN_FOLDS, folder).signals
    parts = [spectra(made_leads(signals[start : start + 512])) for start in range(0, len(signals), 512)]
    return np.concatenate(parts)
