"""Whatever is damaged in a record is found and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ecgimg.aligned.validate import problems_of, record_problems

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("drawn_set")]


@pytest.fixture
def pages(drawn_set: Path, tmp_path: Path) -> Path:
    """A copy of the first record, which a test may damage."""
    for path in (drawn_set / "pages").glob("000000*"):
        shutil.copy(path, tmp_path)
    return tmp_path


def change_json(pages: Path, change: Callable[[dict], object]) -> None:
    path = pages / "000000.aligned.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def change_arrays(pages: Path, **changed: Callable[[np.ndarray], np.ndarray]) -> None:
    path = pages / "000000.npz"
    with np.load(path) as found:
        arrays = {key: changed[key](found[key]) if key in changed else found[key] for key in found.files}
    np.savez_compressed(path, **arrays)


DAMAGES: list[tuple[str, Callable[[Path], object]]] = [
    ("files are missing: 000000.jpg", lambda p: (p / "000000.jpg").unlink()),
    ("000000.npz: ", lambda p: (p / "000000.npz").write_bytes(b"PK")),
    ("is no picture", lambda p: (p / "000000.jpg").write_bytes(b"no picture")),
    ("000000.aligned.mat can't be read", lambda p: (p / "000000.aligned.mat").write_bytes(b"")),
    ("its identifier is other", lambda p: change_json(p, lambda c: c.update(id="other", files=[]))),
    ("waveform.fs: ", lambda p: change_json(p, lambda c: c["waveform"].update(fs="fast"))),
    ("Invalid JSON", lambda p: (p / "000000.aligned.json").write_text("{")),
    ("lead V2 is known over", lambda p: change_json(p, lambda c: c["waveform"]["leads"]["V2"].update(interval=[1, 2]))),
    ("the picture is ", lambda p: change_json(p, lambda c: c["page"].update(width=7))),
    ("the box of cell 0 (", lambda p: change_json(p, lambda c: c["page"]["cells"][0].update(box=[0, 0, 1, 1]))),
    ("times of beats are not in order", lambda p: change_json(p, lambda c: c["beats"]["times"].reverse())),
    ("of lead II is none of the page's", lambda p: change_json(p, lambda c: c["beats"].update(times=[]))),
    (
        "has other beats of lead V1",
        lambda p: change_json(p, lambda c: c["beats"]["leads"]["V1"].update(beats=[])),
    ),
    ("arrays of shape", lambda p: change_arrays(p, signal=lambda a: a[:, :-1])),
    ("samples are shown that are not known", lambda p: change_arrays(p, signal=lambda a: np.full_like(a, np.nan))),
    ("a confidence is outside", lambda p: change_arrays(p, confidence=lambda a: 2 * a)),
    ("has other voltages than the waveform", lambda p: change_arrays(p, curve_mv=lambda a: a + 0.1)),
    ("the WFDB record has other samples", lambda p: (p / "000000.dat").write_bytes(bytes(120_000))),
    ("curves for ", lambda p: change_arrays(p, curve_start=lambda a: a[:-1])),
]


def test_a_whole_record_has_no_problem(pages: Path) -> None:
    assert record_problems(pages / "000000.aligned.json") == []


@pytest.mark.parametrize(("problem", "damage"), DAMAGES, ids=[name for name, _ in DAMAGES])
def test_a_damaged_record_has_a_line_for_it(pages: Path, problem: str, damage: Callable[[Path], object]) -> None:
    damage(pages)
    found = record_problems(pages / "000000.aligned.json")
    assert [line for line in found if problem in line] != [], found
    assert all("\n" not in line for line in found)


def test_tables_of_other_records_are_found(drawn_set: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(drawn_set, tmp_path / "set"))
    for path in (out / "pages").glob("000001*"):
        path.unlink()
    (out / "beats.parquet").write_bytes((out / "records.parquet").read_bytes())
    found = [line for _, line in problems_of(out)]
    assert [line for line in found if line.startswith("records.parquet has other records")] != []
    assert "beats.parquet is not the one that croissant.json describes" in found
