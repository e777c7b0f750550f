from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import UnreadableInputError, UsageError
from ecgimg.findings.requests import EcgRequest
from ecgimg.recording.recording import Recording
from ecgimg.synth.signals.simulator import Heart, simulate
from ecgimg.synth.signals.sources import (
    FS,
    GENERATED_NOTE,
    Generated,
    PtbxlSource,
    Signal,
    Simulated,
    WfdbFolder,
    checked,
    open_source,
    to_500_hz,
)


def beats(heart: Heart, seed: int = 0) -> Floats:
    return simulate(heart, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(8))
def test_limb_leads_obey_einthoven_and_goldberger(seed: int) -> None:
    one, two, three, avr, avl, avf = Simulated(seed).get(seed).mv[:6].astype(np.float64)
    assert np.abs(one + three - two).max() < 1e-5
    assert np.abs(avr + avl + avf).max() < 1e-5
    assert np.abs(avf - (two + three) / 2).max() < 1e-5


def test_same_number_same_recording() -> None:
    assert np.array_equal(Simulated(3).get(5).mv, Simulated(3).get(5).mv)
    assert not np.array_equal(Simulated(3).get(5).mv, Simulated(3).get(6).mv)


def test_resampling_is_band_limited() -> None:
    t100, t500 = np.arange(1000) / 100, np.arange(5000) / 500
    for f in (1.0, 10.0, 30.0):
        low = np.tile(np.sin(2 * np.pi * f * t100), (12, 1)).astype(np.float32)
        out = to_500_hz(low, 100)
        assert out.shape == (12, 5000)
        assert np.abs(out - np.sin(2 * np.pi * f * t500))[:, 100:-100].max() < 0.02


def test_resampling_keeps_gaps() -> None:
    mv = np.zeros((12, 1000), np.float32)
    mv[3, 200:300] = np.nan
    out = to_500_hz(mv, 100)
    assert np.isnan(out[3, 1010:1490]).all()
    assert np.isfinite(out[3, :990]).all()
    with pytest.raises(UnreadableInputError, match="sampling rate"):
        to_500_hz(mv, 1)


def test_defects_are_noted_and_the_hopeless_refused() -> None:
    mv = Simulated(0).get(0).mv.copy()
    mv[0], mv[1], mv[2, :10] = np.nan, 0.0, np.nan
    assert checked(Signal(mv, "x")).notes == ("I is absent", "II is flat", "III has 10 unknown samples")
    with pytest.raises(UnreadableInputError, match="no known sample"):
        checked(Signal(np.full((12, 100), np.nan, np.float32), "x"))
    with pytest.raises(UnreadableInputError, match="check the gain"):
        checked(Signal(np.linspace(0, 1e5, 1200, dtype=np.float32).reshape(12, 100), "x"))


def test_wfdb_folder_with_three_leads(tmp_path: Path) -> None:
    mv = Simulated(0).get(0).mv.copy()
    mv[[2, 3, 4, 5, 7, 8, 9, 10, 11]] = np.nan
    Recording(signals=mv, fs=500, name="a").to_wfdb(tmp_path / "deep", "a")
    source = WfdbFolder(tmp_path)
    got = source.get(0)
    assert len(source) == 1
    assert got.record == "deep/a"
    assert len(got.notes) == 9
    assert np.nanmax(np.abs(got.mv - mv)) < 0.001


def test_ptbxl_source(tmp_path: Path) -> None:
    head = ["ecg_id", "patient_id", "age", "sex", "report", "scp_codes", "strat_fold", "filename_lr", "filename_hr"]
    with open(tmp_path / "ptbxl_database.csv", "w", newline="") as file:
        row = ["1", "7.0", "56.0", "1.0", "fine", "{'NORM': 100.0}", "3", "records100/00001_lr", ""]
        csv.writer(file).writerows([head, row])
    text = ",description,diagnostic,form,rhythm,diagnostic_class,diagnostic_subclass\nNORM,normal,1.0,,,NORM,NORM\n"
    (tmp_path / "scp_statements.csv").write_text(text)
    (tmp_path / "records100").mkdir()
    heart = beats(Heart(noise=0))
    signal = heart[:, ::5].T.astype(float)
    names = [lead.upper() for lead in LEADS]
    folder = str(tmp_path / "records100")
    wfdb.wrsamp("00001_lr", 100, ["mV"] * 12, names, signal, fmt=["16"] * 12, write_dir=folder)
    got = open_source(f"ptbxl:{tmp_path}", (3,)).get(0)
    assert got.mv.shape == (12, 5000)
    assert got.labels == ("NORM",)
    assert got.text == "fine"
    assert np.corrcoef(got.mv[1], heart[1])[0, 1] > 0.99
    with pytest.raises(UnreadableInputError, match="no record of folds"):
        PtbxlSource(tmp_path, (9,))


def test_ludb_source_undoes_the_gain_of_its_headers(tmp_path: Path) -> None:
    mv = Simulated(0).get(0).mv
    (tmp_path / "data").mkdir()
    (tmp_path / "ludb.csv").write_text("ID,Rhythms,Cardiac pacing\n7,Sinus rhythm,\n")
    names = [lead.lower() for lead in LEADS]
    stored, gains = (1000 * mv.T).round().astype(np.int64), [900.0 + 100 * k for k in range(12)]
    wfdb.wrsamp(
        "7", 500, ["mV"] * 12, names, d_signal=stored, fmt=["16"] * 12, adc_gain=gains, baseline=[0] * 12,
        write_dir=str(tmp_path / "data"),
    )  # fmt: skip
    source = open_source(f"ludb:{tmp_path}")
    got = source.get(3)
    assert len(source) == 1
    assert (got.record, got.labels) == ("007", ("Sinus rhythm",))
    assert np.abs(got.mv - mv).max() < 0.001
    with pytest.raises(UnreadableInputError, match=r"ludb\.csv"):
        open_source(f"ludb:{tmp_path / 'data'}")


ASKED = EcgRequest(("AFIB", "CLBBB"), "female", 70, 130, "afib with lbbb")


@pytest.fixture(scope="module")
def generated() -> Signal:
    return Generated(ASKED, 3).get(5)


def test_a_generated_signal_says_what_it_is_and_what_was_requested(generated: Signal) -> None:
    assert generated.generated
    assert generated.notes == (GENERATED_NOTE,)
    assert (generated.labels, generated.age, generated.sex) == (("AFIB", "CLBBB"), 70, "F")
    assert generated.text.startswith("requested: AFIB (Atrial fibrillation), CLBBB (")
    assert generated.text.endswith("; in words: afib with lbbb")
    assert not Simulated(0).get(0).generated


def test_a_generated_signal_obeys_einthoven_and_its_seed(generated: Signal) -> None:
    assert generated.mv.shape == (12, 5000)
    one, two, three, avr, avl, avf = generated.mv[:6].astype(np.float64)
    assert np.abs(one + three - two).max() < 1e-5
    assert np.abs(avr + avl + avf).max() < 1e-5
    assert np.array_equal(open_source("generate", seed=3, request=ASKED).get(5).mv, generated.mv)
    assert not np.allclose(Generated(ASKED, 3).get(6).mv, generated.mv, atol=0.05)
    assert 0.2 < np.ptp(generated.mv[1]) < 8


def test_other_sources_take_no_request() -> None:
    with pytest.raises(UsageError, match="the source 'sim' takes no request"):
        open_source("sim", request=ASKED)


@pytest.mark.parametrize("text", ["", "sim:x", "generate:x", "ptbxl:", "csv:here"])
def test_unknown_sources_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no signal source"):
        open_source(text)


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no WFDB record"):
        open_source(f"wfdb:{tmp_path}")
    assert FS == 500
