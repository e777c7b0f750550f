"""The command `ecgimg diagnose` as a user meets it, with all networks."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from made_reports import masked_recording
from PIL import Image
from typer.testing import CliRunner

from ecgimg import write
from ecgimg.cli.app import app
from ecgimg.errors import ExitCode
from ecgimg.schemas.common import read_json
from ecgimg.schemas.report import ReportResult
from ecgimg.synth.signals.simulator import Heart

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("diagnose")]


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def out(plain_png: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over a page, something that is none, a file that is no picture, a recording, and one that is cut short."""
    folder = tmp_path_factory.mktemp("run")
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    (folder / "text.jpg").write_text("text")
    write(masked_recording(Heart()), folder, "dicom", name="heart")
    (folder / "cut.dcm").write_bytes((folder / "heart.dcm").read_bytes()[:3000])
    others = [folder / name for name in ("noise.png", "text.jpg", "heart.dcm", "cut.dcm")]
    code, stdout, stderr = run("diagnose", plain_png, *others, "-o", folder / "out", "--format", "fhir")
    assert (code, stdout) == (ExitCode.SOME_FAILED, "")
    assert "ok  plain  read by signal" in stderr
    assert "failed  text" in stderr
    assert "ok  heart  read by signal" in stderr
    assert "damaged or no ECG" in next(line for line in stderr.splitlines() if line.startswith("failed  cut"))
    return folder / "out"


def test_a_page_gets_a_report(out: Path) -> None:
    report = read_json(ReportResult, out / "plain.report.json")
    assert report is not None
    assert report.page is not None
    assert report.page.layout.id == "3x4+1R"
    assert report.screening is not None
    assert {f.group for f in report.findings} >= {"rhythm", "superclass", "subclass"}
    assert all(0 <= f.probability <= 1 for f in report.findings)
    assert {"patchecg", "screen", "combiner", "trace"} <= set(report.networks)
    html = (out / "plain.report.html").read_text()
    assert "data:image/jpeg;base64" in html
    assert "<svg" in html


def test_a_recording_gets_a_report_without_a_photo(out: Path) -> None:
    report = read_json(ReportResult, out / "heart.report.json")
    assert report is not None
    assert (report.read_by, report.page, report.screening, report.source.width) == ("signal", None, None, None)
    assert report.findings
    assert "<img" not in (out / "heart.report.html").read_text()
    bundle = json.loads((out / "heart.fhir.json").read_text())
    assert bundle["entry"][-1]["resource"]["resourceType"] == "DiagnosticReport"
    assert not (out / "noise.fhir.json").exists()
    again = run("diagnose", out.parent / "heart.dcm", out.parent / "noise.png", "-o", out, "--format", "fhir")
    assert "2 of them done before" in again[2]


def test_noise_is_no_ecg_to_either_network(out: Path) -> None:
    report = read_json(ReportResult, out / "noise.report.json")
    assert report is not None
    assert (report.read_by, report.findings) == ("nothing", ())
    assert report.refusal
    assert report.screening is not None
    assert not (report.screening.is_ecg and report.screening.is_readable)


def test_the_summary_has_a_row_each(out: Path) -> None:
    with (out / "summary.csv").open(newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    wanted = {"plain": "ok", "noise": "refused", "text": "failed", "heart": "ok", "cut": "failed"}
    assert {name: row["status"] for name, row in rows.items()} == wanted
    assert rows["plain"]["heart_rate"]


def test_the_schema_of_a_report() -> None:
    code, text, _ = run("json-schema", "report")
    assert code == 0
    assert set(json.loads(text)["properties"]) >= {"findings", "screening", "leads", "not_visible", "disclaimer"}
    assert json.loads(run("json-schema")[1])["title"] == "PageResult"
    assert run("json-schema", "nonsense")[0] == ExitCode.USAGE
