"""The command `ecgimg complete` as a user meets it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from made_reports import masked_recording
from typer.testing import CliRunner

import ecgimg
from ecgimg.cli.app import app
from ecgimg.errors import ExitCode
from ecgimg.io.images import read_page
from ecgimg.recording.generated import WARNING
from ecgimg.recording.recording import Recording
from ecgimg.schemas.common import read_json
from ecgimg.schemas.complete import CompleteResult
from ecgimg.synth.signals.simulator import Heart

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("complete")]


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stderr


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over a WFDB record of a page, nothing at all, one lead of three samples, and a table of something else."""
    folder = tmp_path_factory.mktemp("complete")
    masked_recording(Heart(rate=70)).to_wfdb(folder, "heart")
    nothing = np.full((12, 500), np.nan, np.float32)
    Recording(nothing, 500.0).to_csv(folder / "nothing.csv")
    few = nothing[:, :3].copy()
    few[1] = 0.1
    Recording(few, 500.0).to_csv(folder / "few.csv")
    (folder / "list.csv").write_text("a,b\n1,2\n")
    inputs = [folder / name for name in ("heart.hea", "nothing.csv", "few.csv", "list.csv")]
    code, errors = run("complete", *inputs, "-o", folder / "out", "--format", "wfdb", "--format", "csv")
    assert code == ExitCode.SOME_FAILED
    assert WARNING in errors
    assert "ok  heart  82.5 lead seconds generated" in errors
    assert "ok  nothing  nothing generated" in errors
    assert "failed  list" in errors
    return folder / "out"


def result(path: Path) -> CompleteResult:
    read = read_json(CompleteResult, path)
    assert read is not None
    return read


def test_files_are_named_as_completed_and_marked(out: Path) -> None:
    written = result(out / "heart.complete.json")
    names = {"heart.complete.json", "heart-complete.hea", "heart-complete.dat", "heart-complete.csv"}
    assert {*written.files} == names | {"heart.complete.png"}
    assert all((out / name).is_file() for name in written.files)
    for name in ("heart-complete.hea", "heart-complete.csv"):
        found = ecgimg.read(out / name)
        assert found.not_recorded.sum() / found.fs == pytest.approx(82.5, abs=0.1)
        assert [(one.lead, one.start, one.end) for one in written.generated] == list(found.generated_stretches)


def test_the_json_has_what_was_seen_and_what_was_generated(out: Path) -> None:
    written = result(out / "heart.complete.json")
    assert written.leads["V1"].interval == (5.0, 7.5)
    assert WARNING in written.warnings
    assert {"completion", "delineation"} <= {*written.networks}
    assert all(0 < one.confidence <= 1 for one in written.generated)


def test_the_picture_has_blue_dashes_where_nothing_was_recorded(out: Path) -> None:
    pixels = read_page(out / "heart.complete.png").pixels.astype(int)
    is_blue = (pixels[..., 2] > 150) & (pixels[..., 0] < 60)
    first_row, second_row = is_blue[50:150, 60:], is_blue[150:250, 60:]
    assert first_row.sum() > 500
    assert second_row[:90].sum() < 50  # lead II, seen throughout


def test_short_and_empty_recordings_are_written_too(out: Path) -> None:
    assert ecgimg.read(out / "few-complete.csv").signals.shape == (12, 3)
    assert np.isnan(ecgimg.read(out / "nothing-complete.csv").signals).all()


def test_a_second_run_has_nothing_to_do_and_the_summary_counts(out: Path) -> None:
    code, errors = run("complete", out.parent / "heart.hea", "-o", out, "--format", "wfdb")
    assert code == ExitCode.OK
    assert "1 of them done before" in errors
    with (out / "summary.csv").open(newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert float(rows["heart"]["generated_lead_seconds"]) == pytest.approx(82.5, abs=0.1)


def test_the_folder_is_no_input_of_itself(out: Path) -> None:
    code, errors = run("measure", out, "-o", out)
    assert code != ExitCode.OK
    assert "heart-complete" not in errors


def test_an_aligned_record_of_generated_samples_is_refused(out: Path) -> None:
    code, errors = run("complete", out.parent / "heart.hea", "-o", out, "--format", "aligned")
    assert code == ExitCode.USAGE
    assert "no aligned record" in errors
