"""Own networks answer beside the findings; what can't be answered has a reason; the report shows both."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_models import write_model
from made_recordings import whole
from typer.testing import CliRunner

import ecgimg
from ecgimg.cli.app import app
from ecgimg.schemas.report import ReportResult
from ecgimg.stages.own_models import NO_RECORDING, own_findings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("own"))


def test_every_target_has_a_finding(folder: Path) -> None:
    k, age, grade = own_findings([folder], whole(), None)
    assert (k.model, k.target, k.task, k.threshold) == ("mine", "k", "binary", 0.2)
    assert k.value is not None
    assert 0 < k.value < 1
    assert k.stratum in ("low", "intermediate")
    assert (age.unit, age.stratum) == ("years", "")
    assert grade.value is not None
    assert 0 <= grade.value <= 2


def test_without_a_recording_there_is_a_reason(folder: Path) -> None:
    assert {one.reason for one in own_findings([folder], None, None)} == {NO_RECORDING}
    assert own_findings([], None, None) == ()


@pytest.mark.slow
def test_a_report_has_them_under_the_networks_name(folder: Path, tmp_path: Path) -> None:
    report = ecgimg.diagnose(whole(), models=[folder])
    assert [one.target for one in report.own] == ["k", "age", "grade"]
    result = report.result()
    assert result.own_findings[0].value == pytest.approx(report.own[0].value, abs=1e-4)
    html = report.to_html(tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Your own models" in html
    assert "mine: Potassium above 5.5:" in html
    german = report.to_html(tmp_path / "d.html", "de").read_text(encoding="utf-8")
    assert "Ihre eigenen Modelle" in german


@pytest.mark.slow
def test_the_command_takes_models_and_does_pages_again_for_another_one(folder: Path, tmp_path: Path) -> None:
    recording = whole().to_wfdb(tmp_path, "w")
    out, run = tmp_path / "out", CliRunner()

    def own(*options: str) -> tuple[str, ...]:
        result = run.invoke(app, ["diagnose", str(recording), "-o", str(out), *options])
        assert result.exit_code == 0, result.output
        content = ReportResult.model_validate_json((out / "w.report.json").read_text(encoding="utf-8"))
        return tuple(one.target for one in content.own_findings)

    assert own() == ()
    assert own("--model", str(folder)) == ("k", "age", "grade")
    wrong = run.invoke(app, ["diagnose", str(recording), "-o", str(out), "--model", str(tmp_path)])
    assert wrong.exit_code == 2
    assert len(wrong.stderr.splitlines()) == 1
