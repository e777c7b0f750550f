"""The pages of `bench chain` come back in the order of its plan, and give the combiner that it gave when it fitted."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from ecgimg.bench.chain.images import ImageRow
from ecgimg.bench.chain.pages import ChainRow
from ecgimg.bench.chain.scores import chain_data
from ecgimg.datasets.ptbxl import Ptbxl, PtbxlRecord, ScpStatement
from ecgimg.errors import UnreadableInputError
from ecgimg.networks.manifest import list_weights
from ecgimg.networks.patchecg import PatchEcg, load_patchecg
from ecgimg.train.combiner import data as combiner_pages
from ecgimg.train.combiner import run as combiner_run
from ecgimg.train.combiner.data import CombinerData, combiner_data, read_page_set
from ecgimg.train.combiner.fit import fit_combiner, write_combiner
from ecgimg.train.combiner.run import run

PRESETS = ("scan", "photo")
COUNT = 30
AFIB = ("AFIB", "rhythm")
OLD_AFIB = [-0.2866, 0.6979, 0.112, 0.0028, -1.6144, 0.3133, 0.0402, -0.135, 0.3463]
"""Weights of AFIB that `bench chain --package` fitted on these rows before `train combiner` was there."""


@pytest.fixture(scope="module")
def net() -> PatchEcg:
    return load_patchecg(1)


def database() -> Ptbxl:
    """Records of three kinds; one kind has no diagnosis."""
    statements = {
        "AMI": ScpStatement("AMI", "", True, False, False, "MI", "AMI"),
        "NORM": ScpStatement("NORM", "", True, False, False, "NORM", "NORM"),
        "AFIB": ScpStatement("AFIB", "", False, False, True, None, None),
    }
    codes = ("AMI", "AFIB", "NORM")
    records = (PtbxlRecord(k, k, None, None, "", ((codes[k % 3], 100.0),), True, 9, "", None) for k in range(COUNT))
    return Ptbxl(Path(), statements, tuple(records))


def made_rows(outputs: int) -> tuple[list[ChainRow], list[ImageRow]]:
    """Rows of both presets in the order of the plan; refused, poor and unread ones are among them."""
    rng = np.random.default_rng(5)
    rows, images = [], []
    for k in range(COUNT):
        for preset in PRESETS:
            logits = [round(float(v), 4) for v in rng.normal(1.0 if k % 3 == 1 else -1.0, 1.5, outputs)]
            read = None if rng.random() < 0.1 else [round(v + float(rng.normal(0, 0.5)), 4) for v in logits]
            true = [] if (k, preset) == (7, "photo") else logits
            confidence = round(float(rng.uniform(0.7, 1.0)), 3)
            rows.append(
                ChainRow(
                    preset, k, "3x4", k, k, "3x4", "", confidence, 20.0, 30, 1.0, 2.0, 0.0, float("nan"), true, read,
                )
            )  # fmt: skip
            found = {"superclass/MI": round(float(rng.random()), 5), "rhythm/AFIB": round(float(rng.random()), 5)}
            images.append(ImageRow(preset, k, bool(rng.random() > 0.1), bool(rng.random() > 0.1), found))
    return rows, images


def write_rows(folder: Path, rows: list[ChainRow], images: list[ImageRow]) -> Path:
    """The files of a benchmark, as its workers write them: in any order."""
    folder.mkdir(exist_ok=True)
    sha = next(weight.sha256 for weight in list_weights() if weight.name == "screen")
    (folder / "plan.json").write_text(json.dumps({"fold": 9, "presets": PRESETS, "seed": 1}))
    mixed = np.random.default_rng(0).permutation(len(rows))
    for name, kind in (("pages.jsonl", rows), (f"images-{sha[:8]}.jsonl", images)):
        (folder / name).write_text("\n".join(json.dumps(asdict(kind[k])) for k in mixed) + "\n")
    return folder / "pages.jsonl"


def test_the_combiner_is_that_which_the_benchmark_fitted(net: PatchEcg, tmp_path: Path, monkeypatch) -> None:
    rows, images = made_rows(len(net.outputs))
    path = write_rows(tmp_path / "bench", rows, images)
    monkeypatch.setattr(combiner_run, "read_ptbxl", lambda folder: database())
    monkeypatch.setattr(combiner_run, "load_patchecg", lambda: net)
    written = run(tmp_path, [path], tmp_path / "out")

    pages = chain_data(rows, images, net, database())
    quality = np.array([row.confidence for row in pages.rows])
    data = CombinerData(pages.keys, pages.read, pages.image, quality, pages.labels, pages.known)
    title = "59 pages of scan, photo, PTB-XL fold 9"
    before = write_combiner(fit_combiner(data), tmp_path / "before.json", [title])
    assert written == tmp_path / "out/combiner.json"
    assert written.read_text() == before.read_text()
    fitted = {(row["code"], row["group"]): row["weights"] for row in json.loads(written.read_text())["statements"]}
    assert fitted[AFIB] == pytest.approx(OLD_AFIB, abs=2e-4)


def test_pages_of_several_benchmarks_are_joined(net: PatchEcg, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(combiner_run, "read_ptbxl", lambda folder: database())
    monkeypatch.setattr(combiner_run, "load_patchecg", lambda: net)
    rows, images = made_rows(len(net.outputs))
    parts = [write_rows(tmp_path / str(k), rows[k::2], images[k::2]) for k in (0, 1)]
    content = json.loads(run(tmp_path, parts, tmp_path).read_text())
    assert content["trained_on"] == [f"{n} pages of scan, photo, PTB-XL fold 9" for n in (30, 29)]


def test_poor_recordings_and_unreadable_images_are_no_answer(net: PatchEcg, tmp_path: Path) -> None:
    rows, images = made_rows(len(net.outputs))
    data = combiner_data(read_page_set(write_rows(tmp_path, rows, images)).pages, net, database())
    pairs = [(row, image) for row, image in zip(rows, images, strict=True) if row.true]
    signal = np.isfinite(data.signal).all(axis=1)
    image = np.isfinite(data.image).any(axis=1)
    assert signal.tolist() == [bool(r.read) and r.confidence >= combiner_pages.DIAGNOSE.min_quality for r, _ in pairs]
    assert image.tolist() == [i.is_ecg and i.is_readable for _, i in pairs]
    column = data.keys.index(("AMI", "subclass"))
    mi = data.keys.index(("MI", "superclass"))
    np.testing.assert_array_equal(data.image[:, column], data.image[:, mi])  # a subclass has its group's
    assert data.known[:, column].tolist() == [row.number % 3 != 1 for row, _ in pairs]
    assert data.labels[:, column].tolist() == [row.number % 3 == 0 for row, _ in pairs]


def test_cut_lines_are_left_out_and_missing_files_reported(net: PatchEcg, tmp_path: Path) -> None:
    rows, images = made_rows(len(net.outputs))
    path = write_rows(tmp_path, rows, images)
    whole = read_page_set(path)
    with path.open("a") as file:
        file.write(json.dumps(asdict(rows[0]))[:40])
    assert read_page_set(path) == whole
    (readings,) = tmp_path.glob("images-*.jsonl")
    readings.write_text(readings.read_text().split("\n", 1)[1])
    with pytest.raises(UnreadableInputError, match="without a reading"):
        read_page_set(path)
    readings.unlink()
    with pytest.raises(UnreadableInputError, match="bench chain"):
        read_page_set(path)
