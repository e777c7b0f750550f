"""`ecgimg screen` as a user meets it: files, the summary, going on, what is refused, and bad input."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from ecgimg.api import digitize
from ecgimg.cli.app import app
from ecgimg.datamodel.arrays import Pixels
from ecgimg.datamodel.page import Photo
from ecgimg.errors import RefusedError
from ecgimg.runs.screen import CODES, COLUMNS
from ecgimg.schemas.common import read_json
from ecgimg.schemas.screen import ScreenResult
from ecgimg.stages.screen import gate_doubt, screen
from ecgimg.synth.not_ecg.draw import draw_non_ecg

if TYPE_CHECKING:
    from conftest import PlainPage


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stderr


def write(path: Path, pixels: Pixels) -> Path:
    cv2.imwrite(str(path), pixels[..., ::-1])
    return path


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "summary.csv").open(newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


@pytest.mark.slow
def test_pages_are_screened_and_others_refused(tmp_path: Path, plain_page: PlainPage) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    write(pages / "ecg.png", plain_page.pixels)
    write(pages / "music.png", draw_non_ecg("music", np.random.default_rng(1)))
    (pages / "cut.jpg").write_bytes(b"\xff\xd8\xff" + b"0" * 30)
    out = tmp_path / "out"
    code, words = run("screen", pages, "-o", out)
    assert code == 8
    found = rows(out)
    assert {name: row["status"] for name, row in found.items()} == {"cut": "failed", "ecg": "ok", "music": "refused"}
    assert "no ECG page" in found["music"]["reason"]
    assert set(COLUMNS) <= set(found["ecg"])
    result = read_json(ScreenResult, out / "ecg.screen.json")
    assert result is not None
    assert [f.code for f in result.findings] == list(CODES)
    assert float(found["ecg"]["AFIB"]) == pytest.approx(result.probability("AFIB"), abs=6e-4)
    overlay = cv2.imread(str(out / "ecg.screen.png"))
    assert overlay is not None
    assert max(overlay.shape[:2]) <= 1400
    assert run("screen", pages / "ecg.png", "-o", out, "--no-photo")[0] == 0
    hidden = read_json(ScreenResult, out / "ecg.screen.json")
    assert hidden is not None
    assert (result.photo, hidden.photo) == ("whole", "none")
    blank = cv2.imread(str(out / "ecg.screen.png"))
    assert blank is not None
    assert blank.mean() > overlay.mean()  # saliency is left, the curves are not
    assert not list(out.glob("music*"))
    assert "1 ok" in words


@pytest.mark.slow
def test_pages_that_are_done_are_not_done_again(tmp_path: Path, plain_page: PlainPage) -> None:
    page, out = write(tmp_path / "ecg.png", plain_page.pixels), tmp_path / "out"
    assert run("screen", page, "-o", out)[0] == 0
    before = (out / "ecg.screen.json").stat().st_mtime_ns
    assert "done before" in run("screen", page, "-o", out, "--verbose")[1]
    assert (out / "ecg.screen.json").stat().st_mtime_ns == before
    (out / "ecg.screen.png").unlink()
    assert run("screen", page, "-o", out)[0] == 0
    assert (out / "ecg.screen.png").is_file()
    assert run("screen", page, "-o", out, "--force")[0] == 0
    assert (out / "ecg.screen.json").stat().st_mtime_ns > before


@pytest.mark.slow
def test_bad_input_has_its_exit_code(tmp_path: Path) -> None:
    assert run("screen", tmp_path / "none.png", "-o", tmp_path / "out")[0] == 3
    blank = write(tmp_path / "blank.png", np.full((700, 990, 3), 250, np.uint8))
    assert run("screen", blank, "-o", tmp_path / "out")[0] == 4
    assert run("screen", blank)[0] == 2


def test_digitize_refuses_what_screen_refuses(tmp_path: Path) -> None:
    chart = write(tmp_path / "chart.png", draw_non_ecg("line-chart", np.random.default_rng(3)))
    with pytest.raises(RefusedError, match="no ECG page"):
        digitize(chart)


def test_the_gate_alone_lets_a_page_pass(plain_page: PlainPage) -> None:
    assert gate_doubt(Photo(plain_page.pixels, Path("page.png"))) is None


def test_the_stage_gives_opinions_and_saliency(plain_page: PlainPage) -> None:
    opinion = screen(Photo(plain_page.pixels, Path("page.png")))
    assert len(opinion.opinions) == len(CODES)
    assert opinion.is_ecg
    assert opinion.saliency is not None
    assert max(opinion.saliency.shape) <= 1000
    assert 0 <= opinion.saliency.min() <= opinion.saliency.max() <= 1 + 1e-6


def test_the_schema_is_printed() -> None:
    done = CliRunner().invoke(app, ["json-schema", "screen"])
    assert done.exit_code == 0
    assert set(json.loads(done.stdout)["properties"]) >= {"schema", "is_ecg", "findings", "corners", "network"}
    assert ScreenResult.model_fields["schema_"].default == "ecgimg/screen/1"
