"""The commands on aligned records as a user meets them, from a page to a checked data set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ecgimg.cli.app import app
from ecgimg.errors import ExitCode

pytest.importorskip("pyarrow")


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.slow
def test_a_page_becomes_a_record_and_a_set(plain_png: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, _, errors = run("digitize", plain_png, "-o", out, "--format", "aligned", "--no-photo")
    assert (code, errors.count("done before")) == (0, 0)
    assert not (out / "plain.aligned.jpg").exists()
    assert not (out / "plain.hea").exists()
    assert "done before" in run("digitize", plain_png, "-o", out, "--format", "aligned", "--no-photo", "-v")[2]
    assert run("record", "validate", out)[:2] == (0, "")
    code, text, _ = run("record", "show", out / "plain.aligned.json")
    assert code == 0
    assert "3x4+1R, 25 mm/s, 10 mm/mV, 13 cells, as read" in text
    assert run("record", "describe", out)[:2] == (0, "Aligned ECG records: 1 (1 page)\n")
    assert {"records.parquet", "beats.parquet", "statements.parquet", "croissant.json", "README.md"} <= {
        path.name for path in out.iterdir()
    }
    path = out / "plain.aligned.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "id": "other"}))
    code, text, errors = run("record", "validate", out)
    assert code == ExitCode.UNREADABLE_INPUT
    assert f"{path}: its identifier is other" in text
    assert errors.endswith("problems\n")


def test_what_is_no_record_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.aligned.json").write_text("[]")
    code, _, errors = run("record", "show", tmp_path / "x.aligned.json")
    assert (code, errors.count("\n")) == (ExitCode.UNREADABLE_INPUT, 1)
    code, _, errors = run("record", "validate", tmp_path / "none")
    assert code == ExitCode.UNREADABLE_INPUT
