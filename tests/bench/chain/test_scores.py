"""The benchmark of the whole chain: beats, pages, scores, and what is written of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgimg.bench.chain.images import ImageRow
from ecgimg.bench.chain.pages import ChainRow
from ecgimg.bench.chain.report import BEGIN, END, markdown, summary, write_all, write_readme
from ecgimg.bench.chain.scores import ChainBench, ChainData, chain_data, score_chain, score_slice
from ecgimg.bench.common.beat_errors import beat_errors
from ecgimg.bench.common.resumable_rows import read_rows
from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord, ScpStatement
from ecgimg.errors import UsageError
from ecgimg.networks.patchecg import load_patchecg
from ecgimg.synth.signals.simulator import Heart, simulate

KEYS = (("NORM", "subclass"), ("AMI", "subclass"), ("MI", "superclass"), ("AFIB", "rhythm"))


def row(number: int = 0, **given: object) -> ChainRow:
    usual: dict[str, object] = {
        "preset": "photo", "number": number, "layout": "3x4", "record": number, "patient": number, "found": "3x4",
        "reason": "", "confidence": 0.9, "snr": 20.0, "beats": 30, "beats_found": 1.0, "r_ms": 2.0,
        "r_bias_ms": 0.0, "r_mv": 0.02, "true": [0.0], "read": [0.0],
    }  # fmt: skip
    return ChainRow(**{**usual, **given})  # type: ignore[arg-type]


def test_beats_that_come_back_shifted_and_lower() -> None:
    truth = simulate(Heart(noise=0.0, wander=0.0), np.random.default_rng(0))
    same = beat_errors(truth, truth, 500.0)
    assert (same.found, same.ms, same.mv) == pytest.approx((1.0, 0.0, 0.0), abs=1e-6)
    assert same.beats > 100
    late = np.roll(truth, 10, axis=1)
    found = beat_errors(truth, late, 500.0)
    assert found.bias_ms == pytest.approx(20, abs=2)
    lower = beat_errors(truth, 0.8 * truth, 500.0)
    assert lower.ms == 0
    assert lower.mv > 0.1


def test_beats_that_do_not_come_back() -> None:
    truth = simulate(Heart(noise=0.0), np.random.default_rng(0))
    assert beat_errors(truth, np.zeros_like(truth), 500.0).found == 0
    half = truth.copy()
    half[:, 2500:] = np.nan
    assert beat_errors(truth, half[:, :2600], 500.0).found == pytest.approx(0.5, abs=0.1)
    assert beat_errors(np.zeros_like(truth), truth, 500.0).beats == 0


def pages(count: int = 240, noise: float = 0.8, refused: int = 24) -> ChainData:
    """Printed signals that tell the classes well, digitized ones that are noisier, some pages refused."""
    rng = np.random.default_rng(1)
    labels = rng.random((count, len(KEYS))) < 0.3
    true = 3.0 * (labels - 0.5) + rng.normal(0, 1, labels.shape)
    read = true + rng.normal(0, noise, true.shape)
    read[:refused] = np.nan
    image = 1.5 * (labels - 0.5) + rng.normal(0, 1, labels.shape)
    together = np.where(np.isnan(read), image, read + 0.5 * image)
    layouts = ("3x4", "3x4-cabrera", "6x2")
    rows = tuple(
        row(
            k, layout=layouts[k % 3], **({"found": None, "read": None, "snr": 0.0} if k < refused else {"found": "3x4"})
        )
        for k in range(count)
    )
    return ChainData(KEYS, rows, true, read, image, together, labels, np.ones_like(labels), np.arange(count) // 2)


def test_what_digitizing_costs() -> None:
    score = score_slice("photo", pages(), draws=200)
    assert (score.pages, score.patients, score.refused) == (240, 120, pytest.approx(0.1))
    assert score.wrong_layout == pytest.approx(2 / 3, abs=0.01)
    for target in score.targets:
        assert target.lost.value > 0.01
        assert target.lost.low <= target.lost.value <= target.lost.high
        assert target.true.value - target.digitized.value == pytest.approx(target.lost.value)
        assert target.lost_all.value > target.lost.value  # a refused page is no answer
        assert target.gain.value > 0
    assert [t.classes for t in score.targets] == [2, 1, 1]


def test_nothing_is_lost_where_the_same_comes_back() -> None:
    data = pages(noise=0.0, refused=0)
    for target in score_slice("scan", data, draws=50).targets:
        assert (target.lost.value, target.lost.high, target.lost_all.value) == (0, 0, 0)


def test_slices_that_hold_too_little_are_not_scored() -> None:
    data = pages()
    few = data.where(np.arange(240) >= 236)
    assert all(np.isnan(target.true.value) for target in score_slice("few", few, draws=20).targets)
    none = data.where(np.arange(240) < 10)
    score = score_slice("refused", none, draws=20)
    assert score.refused == 1
    assert np.isnan(score.r_ms)


@pytest.fixture(scope="module")
def bench() -> ChainBench:
    return score_chain(pages(), 9, draws=100)


def test_tables_and_files(bench: ChainBench, tmp_path: Path) -> None:
    text = markdown(bench)
    assert {s.name for s in bench.layouts} == {"photo, 3x4", "photo, 6x2"}
    assert "| photo | 240 (120) | 10.0%" in text
    assert "5 superclasses (1 of them)" in text
    assert "nan" not in text
    path = write_all(bench, tmp_path)
    assert path.read_text() == text
    assert json.loads((tmp_path / "chain.json").read_text())["presets"][0]["refused"] == pytest.approx(0.1)
    assert {p.name for p in tmp_path.glob("*.png")} == {"chain_layouts.png", "chain_classes.png"}


def test_the_readme_is_written_between_its_markers(bench: ChainBench, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nformer words\n{END}\nafter\n")
    write_readme(bench, readme)
    write_readme(bench, readme)
    text = readme.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert text.count(summary(bench)) == 1
    assert "former words" not in text
    readme.write_text("no markers")
    with pytest.raises(UsageError, match="no lines"):
        write_readme(bench, readme)


def test_rows_of_a_run_that_was_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    line = json.dumps(vars(row(3)))
    path.write_text(f"{line}\n{line[:40]}")
    assert read_rows(path, lambda data: ChainRow(**data)) == [row(3)]
    assert read_rows(tmp_path / "none.jsonl", dict) == []


def test_rows_and_labels_are_joined() -> None:
    net = load_patchecg(1)
    keys = [(o.code, o.group) for o in net.outputs]
    statements = {
        "AMI": ScpStatement("AMI", "", True, False, False, "MI", "AMI"),
        "AFIB": ScpStatement("AFIB", "", False, False, True, None, None),
    }
    codes = {0: "AMI", 1: "AFIB"}
    records = tuple(PtbxlRecord(k, k, None, None, "", ((codes[k % 2], 100.0),), True, 9, "", None) for k in range(40))
    logits = [0.5] * len(keys)
    rows = [row(k, true=logits, read=logits if k else None) for k in range(40)]
    rows[1] = replace(rows[1], confidence=0.2)
    rows[2] = replace(rows[2], true=[], read=None)
    images = [ImageRow("photo", k, True, True, {"superclass/MI": 0.9, "rhythm/AFIB": 0.2}) for k in range(40)]
    data = chain_data(rows, images, net, Ptbxl(Path(), statements, records))
    assert [r.number for r in data.rows] == [0, 1, *range(3, 40)]  # a page without truth is left out
    assert list(data.digitized[:3]) == [False, False, True]  # refused, and of too poor a quality
    ami, mi, afib = keys.index(("AMI", "subclass")), keys.index(("MI", "superclass")), keys.index(("AFIB", "rhythm"))
    assert data.labels[0, [ami, mi, afib]].tolist() == [True, True, False]
    assert data.labels[1, [ami, mi, afib]].tolist() == [False, False, True]
    assert data.known[1, [ami, mi, afib]].tolist() == [False, False, True]  # without a diagnostic statement
    assert data.image[0, ami] == data.image[0, mi] == pytest.approx(np.log(9), abs=1e-4)
    assert np.isnan(data.image[0, keys.index(("SR", "rhythm"))])
    assert np.isfinite(data.together[0, [ami, mi, afib]]).all()
