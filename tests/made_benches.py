"""Rows and data of benchmarks, made by hand for their tests."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ecgimg.bench.chain.pages import ChainRow
from ecgimg.bench.chain.scores import ChainData
from ecgimg.bench.common.qrs_peaks import QrsPeaks
from ecgimg.bench.digitize.agreement import Agreement
from ecgimg.bench.digitize.pages import PageScore
from ecgimg.bench.patchecg.records import Fold
from ecgimg.bench.screen.pages import PageRead
from ecgimg.bench.screen.scores import ScreenData
from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.probability import sigmoid
from ecgimg.findings.opinions import Opinion
from ecgimg.networks.outputs import Output
from ecgimg.networks.patchecg import PatchEcg
from ecgimg.networks.runtime import Network
from ecgimg.networks.screen import FIRST, Classification, Frame, Prediction, ScreenNet
from ecgimg.recording.recording import Recording
from ecgimg.synth.signals.sources import Simulated
from ecgimg.train.patchecg.fit import OUTPUTS
from ecgimg.train.screen.data import FINDINGS

GOOD = Agreement(100.0, 1.0, (), 10, 1.0, 2.0, 0.0, 0.01, 3.0, 1.0, inner_snr=100.0)
"""The agreement of a page that was digitized well: 20 dB."""
PEAKS = QrsPeaks(
    (1.0, 0.5, 0.9, 1.0), (0.95,) * 4, (0.95, 0.5, 0.95, 0.95), (1.0, 9.0, 0.0, -1.0), (1.0, 9.0, 0.0, -1.0)
)
"""Four peaks, of which one lost a half; it alone has a low confidence of its own."""
CHAIN_KEYS = (("NORM", "subclass"), ("AMI", "subclass"), ("MI", "superclass"), ("AFIB", "rhythm"))
DATABASE = ("ecg_id", "patient_id", "age", "sex", "report", "scp_codes", "strat_fold", "filename_lr", "filename_hr")
STATEMENTS = """,description,diagnostic,form,rhythm,diagnostic_class,diagnostic_subclass
NORM,normal ECG,1.0,,,NORM,NORM
IMI,inferior myocardial infarction,1.0,,,MI,IMI
SR,sinus rhythm,,,1.0,,
AFIB,atrial fibrillation,,,1.0,,
"""


def digitized_page(
    number: int, snr: float | None, found: str | None = "3x4", confidence: float = 0.95
) -> PageScore:  # fmt: skip
    """A page of 3x4 in the group `scan`; refused where `snr` is None."""
    agreement = replace(GOOD, snr=snr) if snr is not None else None
    return PageScore(
        "scan", number, f"scan-{number}", "3x4", found, confidence, True, agreement, True, ("bent paper",),
        waviness_mm=0.02,
    )  # fmt: skip


def columns_of_3x4(seed: int = 4) -> Floats:
    """What a page of 3x4 without a strip shows: every lead for 2.5 s, [12, 5000] in mV at 500 Hz."""
    whole = Simulated(1).get(seed).mv
    shown = np.full_like(whole, np.nan)
    for k in range(12):
        first = k // 3 * 1250
        shown[k, first : first + 1250] = whole[k, first : first + 1250]
    return shown


def chain_row(number: int = 0, **given: object) -> ChainRow:
    """A page of the chain that was digitized well, but for what is given."""
    usual: dict[str, object] = {
        "preset": "photo", "number": number, "layout": "3x4", "record": number, "patient": number, "found": "3x4",
        "reason": "", "confidence": 0.9, "snr": 20.0, "beats": 30, "beats_found": 1.0, "r_ms": 2.0,
        "r_bias_ms": 0.0, "r_mv": 0.02, "true": [0.0], "read": [0.0],
    }  # fmt: skip
    return ChainRow(**{**usual, **given})  # type: ignore[arg-type]


def chain_pages(count: int = 240, noise: float = 0.8, refused: int = 24) -> ChainData:
    """Printed signals that separate the classes well, digitized ones with noise, and some refused pages."""
    rng = np.random.default_rng(1)
    labels = rng.random((count, len(CHAIN_KEYS))) < 0.3
    true = 3.0 * (labels - 0.5) + rng.normal(0, 1, labels.shape)
    read = true + rng.normal(0, noise, true.shape)
    read[:refused] = np.nan
    image = 1.5 * (labels - 0.5) + rng.normal(0, 1, labels.shape)
    together = np.where(np.isnan(read), image, read + 0.5 * image)
    layouts = ("3x4", "3x4-cabrera", "6x2")
    refusal = {"found": None, "read": None, "snr": 0.0}
    rows = tuple(chain_row(k, layout=layouts[k % 3], **(refusal if k < refused else {})) for k in range(count))
    known = np.ones_like(labels)
    return ChainData(CHAIN_KEYS, rows, true, read, image, together, labels, known, np.arange(count) // 2)


def write_ptbxl(folder: Path, signals: Sequence[Floats], folds: Sequence[int], codes: Sequence[str]) -> Path:
    """A folder in the form of PTB-XL: record k shows `signals[k]` [12, T] in mV at 100 Hz, of patient k."""
    rows = []
    for k, (signal, fold, code) in enumerate(zip(signals, folds, codes, strict=True)):
        Recording(signal, 100.0).to_wfdb(folder, f"r{k}")
        rows.append((k, k, 60, 0, "", code, fold, f"r{k}", ""))
    with (folder / "ptbxl_database.csv").open("w", newline="") as file:
        csv.writer(file).writerows([DATABASE, *rows])
    (folder / "scp_statements.csv").write_text(STATEMENTS)
    return folder


def screen_page(number: int, preset: str, layout: str, logit: float, signal: bool = False) -> PageRead:
    """A page on which every finding has the same logit, and PatchECG half of it where `signal` is set."""
    odds = {f"{group} {code}": logit / 2 for code, group, _ in FINDINGS} | {"superclass NORM": -logit}
    return PageRead(
        preset, number, layout, number, tuple(logit for _ in FINDINGS), 0.9, 0.9, number % 10 > 0, 0, 0.05,
        odds if signal else None, "" if signal or number % 2 else "no grid",
    )  # fmt: skip


def screen_data(signal: bool = False) -> ScreenData:
    """60 pages each of `scan` and `photo`, half of them abnormal with every finding."""
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.random(120)[:, None] < 0.5, len(FINDINGS), axis=1)
    presets, layouts = ("scan", "photo"), ("3x4", "6x2")
    reads = tuple(
        screen_page(k, presets[k // 60], layouts[k % 2], 4.0 * labels[k, 0] + rng.normal(), signal) for k in range(120)
    )
    logits = np.array([read.logits for read in reads])
    return ScreenData(reads, logits, sigmoid(logits - 2), labels, np.ones_like(labels), np.arange(120))


class LoudestSample:
    """A session whose logits are all the highest absolute value that it is shown."""

    def run(self, _: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        loudest = np.abs(inputs["signals"]).max((1, 2))
        return [np.repeat(loudest[:, None], len(OUTPUTS), axis=1).astype(np.float32)]


def loudest_sample_net(calibration_fold: int) -> PatchEcg:
    """A network that separates the classes of `patch_fold` without error."""
    rows = [vars(Output(code, group, 1.0, 0.0, 0.5)) for code, group in OUTPUTS]
    spec = {"outputs": rows, "patch": 128, "calibration_folds": [calibration_fold]}
    return PatchEcg(Network(LoudestSample(), spec))


def patch_fold(count: int = 40) -> Fold:
    """Records of noise, 1 mV higher where all labels are set; fold 9."""
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.random((count, 1)) < 0.4, len(OUTPUTS), axis=1)
    signals = rng.normal(0, 0.05, (count, 12, 1000)).astype(np.float32) + labels[:, :1, None] * np.float32(1)
    return Fold(9, signals, labels, np.ones_like(labels), np.arange(count) // 2)


class FixedScreenNet(ScreenNet):
    """A network that finds a readable ECG on every picture, and only a little of each finding."""

    def __init__(self) -> None:
        rows = [vars(Output(code, group, 1.0, 0.0, 0.5)) for code, group, _ in FINDINGS]
        super().__init__(Network(None, {"findings": rows}))
        self.n_pictures = 0

    def predict(self, pixels: Pixels, quad: object = None) -> Prediction:
        self.n_pictures += 1
        opinions = tuple(Opinion(code, group, 0.1, 0.5) for code, group, _ in FINDINGS)
        reading = Classification(0.99, 0.98, True, True, 0, opinions)
        logits = np.full(FIRST + len(FINDINGS), -2.0, np.float32)
        return Prediction(reading, logits, Frame(np.zeros((2, 2), np.float32), np.eye(3)), np.zeros((1, 2, 2)))

    def check(self, pixels: Pixels) -> Classification:
        return self.predict(pixels).classification
