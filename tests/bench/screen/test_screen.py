"""The screening benchmark: its scores by hand, its tables, and that it goes on where it stopped."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from ecgimg.bench.screen.pages import PAGES, OtherRead, PageRead, stored_pages
from ecgimg.bench.screen.report import markdown
from ecgimg.bench.screen.scores import ScreenBench, ScreenData, beside, refused_by_kind, sensitivity_at, slices
from ecgimg.train.common.classifier_metrics import once
from ecgimg.train.screen.data import FINDINGS


def page(k: int, preset: str, layout: str, logit: float, signal: bool = False) -> PageRead:
    odds = {f"{group} {code}": logit / 2 for code, group, _ in FINDINGS} | {"superclass NORM": -logit}
    return PageRead(
        preset, k, layout, k, tuple(logit for _ in FINDINGS), 0.9, 0.9, k % 10 > 0, 0, 0.05, odds if signal else None,
        "" if signal or k % 2 else "no grid",
    )  # fmt: skip


def data(signal: bool = False) -> ScreenData:
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.random(120)[:, None] < 0.5, len(FINDINGS), axis=1)
    reads = tuple(
        page(k, "scan" if k < 60 else "photo", ("3x4", "6x2")[k % 2], 4.0 * labels[k, 0] + rng.normal(), signal)
        for k in range(120)
    )
    logits = np.array([read.logits for read in reads])
    known = np.ones_like(labels)
    return ScreenData(reads, logits, 1 / (1 + np.exp(2 - logits)), labels, known, np.arange(120))


def test_sensitivity_at_a_specificity() -> None:
    scores = np.arange(20, dtype=float)
    labels = np.zeros(20, bool)
    # One of 15 negatives may lie above the threshold: the 17; with the 15 it would be two.
    labels[[19, 18, 16, 3, 2]] = True
    assert sensitivity_at(labels, scores, once(20))[0] == pytest.approx(3 / 5)
    assert sensitivity_at(labels, scores, once(20), 0.0)[0] == 1.0
    twice = np.where(np.arange(20) == 3, 2.0, 1.0)[None]
    assert sensitivity_at(labels, scores, twice)[0] == pytest.approx(3 / 6)


def test_slices_are_presets_and_their_layouts() -> None:
    scored = slices(data())
    assert [s.name for s in scored] == ["scan", "scan, 3x4", "scan, 6x2", "photo", "photo, 3x4", "photo, 6x2"]
    assert [s.pages for s in scored] == [60, 30, 30, 60, 30, 30]
    first = scored[0].of("ABNORMAL", "screening")
    assert 0.95 < first.auroc.value <= 1
    assert first.auroc.low <= first.auroc.value <= first.auroc.high
    assert 0.9 < scored[0].superclasses.value <= 1
    assert scored[0].admitted == pytest.approx(54 / 60)
    with pytest.raises(KeyError):
        scored[0].of("ABNORMAL", "rhythm")


def test_a_slice_without_known_labels_has_no_scores() -> None:
    few = data()
    few.known[np.array([read.layout == "6x2" for read in few.reads]), -1] = False
    assert np.isnan(slices(few)[2].findings[-1].auroc.value)


def test_both_paths_stand_beside_each_other() -> None:
    assert beside(data()) == ()
    rows = beside(data(signal=True))
    assert [(b.name, b.target) for b in rows[:3]] == [
        ("scan", "normal / abnormal"), ("scan", "superclasses"), ("scan", "AFIB"),
    ]  # fmt: skip
    assert rows[0].gain.value == pytest.approx(0.0)
    assert rows[0].pages == 60


def test_the_gate_is_counted_by_kind() -> None:
    reads = [OtherRead("blank", False, 0.1, False), OtherRead("music", True, 0.9, True)]
    assert refused_by_kind(reads) == {"blank": (1, 1), "music*": (0, 1)}


def test_tables_name_every_slice_and_finding() -> None:
    bench = ScreenBench(slices(data()), beside(data(signal=True)), {"blank": (3, 4), "music*": (1, 4)}, (), 33.0)
    text = markdown(bench)
    for word in ("scan, 6x2", "| 1AVB |", "music*", "4 of 8 (50.0%)", "1 of 4 (25.0%)", "33 ms", "superclasses"):
        assert word in text


def test_pages_that_were_read_are_kept(tmp_path: Path) -> None:
    assert stored_pages(tmp_path) == []
    read = page(3, "scan", "3x4", 1.5)
    rows = [read, replace(read, page=4, signal={"rhythm AFIB": 0.5})]
    (tmp_path / PAGES).write_text("".join(json.dumps(asdict(r)) + "\n" for r in rows))
    assert stored_pages(tmp_path) == rows
