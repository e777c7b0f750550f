"""Records of every name are read back by wfdb."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from ecgimg.recording.record_name import MAX_LETTERS, NAMELESS, record_name
from ecgimg.recording.recording import Recording
from ecgimg.text import printable

NAMES = (
    "plain", "with-dash_and_underscore", "WhatsApp Image 2026-05-01 at 10.22.33", "ECG (1)", "a.b", "a.b.c", "a b",
    "photo-3x4+1R", "Müller", "Ångström", "čeština", "naïve café", "心电图", "ΗΚΓ", "ЭКГ 12", "تخطيط", "😀", "a😀b",
    "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "--help", "#comment", "# x", "a#b", "100%", "a:b", "a\\b", "a'b",
    'a"b', "a;b", "a,b", "a\tb", "a\nb", "\x1b[31mred", "a\u200bb", " leading", "trailing ", "x" * 240, "é" * 120, ".",
    "..", "...", "~", "$HOME", "`id`", "con",
)  # fmt: skip


def recording(name: str) -> Recording:
    signals = np.full((12, 1000), np.nan, np.float32)
    signals[1] = np.sin(np.arange(1000) / 50)
    return Recording(signals, 500.0, name=name)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_of_any_name_is_read_back(name: str, tmp_path: Path) -> None:
    wfdb = pytest.importorskip("wfdb")
    made = recording(name)
    header = made.to_wfdb(tmp_path)
    assert header.parent == tmp_path
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".dat", ".hea"]
    record = wfdb.rdrecord(str(header.with_suffix("")))
    np.testing.assert_allclose(record.p_signal[:, 1], made.signals[1], atol=0.6e-3)
    assert np.isnan(record.p_signal[:, 0]).all()
    given = f"# name: {printable(' '.join(name.split()))}".strip()
    lines = [line.strip() for line in header.read_text(encoding="utf-8").splitlines()]
    assert (given in lines) == (record_name(name) != name)
    assert len(lines) == 13 + (record_name(name) != name)


def test_safe_names_stay() -> None:
    assert record_name("p-001_A") == "p-001_A"


def test_accents_are_dropped_and_the_rest_is_replaced() -> None:
    assert record_name("Müller (1).b") == "Muller__1__b"
    assert record_name("心电图") == NAMELESS
    assert len(record_name("x" * 300)) == MAX_LETTERS
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", record_name(name)) for name in NAMES)
