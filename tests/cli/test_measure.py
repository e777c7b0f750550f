"""The command `ecgimg measure` as a user meets it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import ecgimg
from ecgimg.cli.app import app
from ecgimg.errors import ExitCode
from ecgimg.recording.recording import Recording
from ecgimg.schemas.common import read_json
from ecgimg.schemas.measure import MeasureResult
from ecgimg.synth.signals.simulator import Heart, simulate

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("measure")]


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stderr


@pytest.fixture(scope="module")
def recording() -> Recording:
    return Recording(simulate(Heart(rate=70), np.random.default_rng(0), 10.0), 500.0, name="heart")


@pytest.fixture(scope="module")
def out(recording: Recording, plain_png: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over a WFDB record, a CSV, a page, and a CSV that is no recording."""
    folder = tmp_path_factory.mktemp("measure")
    recording.to_wfdb(folder)
    recording.to_csv(folder / "table.csv")
    (folder / "list.csv").write_text("a,b\n1,2\n")
    inputs = [folder / "heart.hea", folder / "table.csv", plain_png, folder / "list.csv"]
    code, errors = run("measure", *inputs, "-o", folder / "out")
    assert code == ExitCode.SOME_FAILED
    assert "ok  heart  heart rate 70 /min" in errors
    assert "failed  list" in errors
    return folder / "out"


def result(path: Path) -> MeasureResult:
    read = read_json(MeasureResult, path)
    assert read is not None
    return read


def test_the_file_holds_what_python_gives(out: Path, recording: Recording) -> None:
    written, measured = result(out / "heart.measure.json"), ecgimg.measure(recording)
    for one, other in zip(written.figures, measured.figures, strict=True):
        assert (one.name, one.unit) == (other.name, other.unit)
        assert one.value == pytest.approx(other.value, abs=0.5)  # the record holds whole microvolts
        assert one.uncertainty == pytest.approx(other.uncertainty, abs=0.5)
    assert len(written.times) == len(measured.times)
    lead = written.leads["V5"]
    assert lead.median.shape.r == pytest.approx(measured.median("V5").shape.r, abs=1e-3)  # type: ignore[union-attr]
    assert [beat.beat for beat in lead.beats] == list(range(len(written.times)))
    assert lead.beats[3].QT_interval == pytest.approx(
        1000 * ((lead.beats[3].t.end or 0) - (lead.beats[3].qrs.onset or 0)), abs=0.2  # type: ignore[union-attr]
    )  # fmt: skip
    assert written.source.width is None


def test_a_page_is_measured_as_its_signal_is(out: Path) -> None:
    page = result(out / "plain.measure.json")
    assert page.source.width is not None
    values = {one.name: one.value for one in page.figures}
    assert values["heart rate"] is not None
    assert values["QRS duration"] is not None
    assert len(page.leads) == 12


def test_the_summary_has_the_figures(out: Path) -> None:
    with (out / "summary.csv").open(newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert float(rows["heart"]["heart_rate"]) == pytest.approx(70, abs=0.5)
    assert float(rows["heart"]["QTc_Fridericia"]) > 300
    assert rows["list"]["PR_interval"] == ""


def test_a_second_run_finds_everything_done(out: Path) -> None:
    before = (out / "heart.measure.json").stat().st_mtime_ns
    assert run("measure", out.parent / "heart.hea", "-o", out)[0] == ExitCode.OK
    assert (out / "heart.measure.json").stat().st_mtime_ns == before


def test_a_recording_is_no_page_of_digitize(out: Path, tmp_path: Path) -> None:
    code, errors = run("digitize", out.parent / "heart.hea", "-o", tmp_path)
    assert code == ExitCode.UNREADABLE_INPUT
    assert "is a recording and no page" in errors
