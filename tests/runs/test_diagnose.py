"""Runs of `ecgimg diagnose`: what is written, what is skipped, and what the summary tells."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import doubles
import numpy as np
import pytest
from made_corrections import corrections
from made_measurements import measured
from made_reports import recording, report
from PIL import Image

from ecgimg.aligned.record import read_record
from ecgimg.aligned.validate import record_problems
from ecgimg.api import Report
from ecgimg.errors import ExitCode, UnreadableInputError, UsageError
from ecgimg.io.files import hash_file
from ecgimg.io.images import read_page
from ecgimg.options import PageOptions, RunOptions
from ecgimg.pipelines.digitize import Digitized
from ecgimg.recording.quality import lead_qualities
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording
from ecgimg.runs.batch import run_batch
from ecgimg.runs.diagnose import DIAGNOSE
from ecgimg.runs.digitize import DIGITIZE
from ecgimg.runs.file_names import INDEX, SUMMARY
from ecgimg.runs.job import Outcome
from ecgimg.runs.tally import Tally
from ecgimg.schemas.common import read_json
from ecgimg.schemas.recording import RecordingResult
from ecgimg.stages.interpret.interpret import interpret


def diagnosed(path: Path, page: int, options: PageOptions, name: str, hook: object) -> Report:
    """A double of the chain: file names tell what the networks could read."""
    if "gone" in path.name:
        raise UnreadableInputError("the file is gone", where=str(path))
    hook("load", None, 1, 2)
    folder = path.parent / f"made-{path.stem}"
    folder.mkdir(exist_ok=True)
    made = report(folder, read="image" not in path.name and "cat" not in path.name)
    if path.suffix == ".hea":
        read = read_recording(path)
        leads = lead_qualities(read)
        parts = {"photo": None, "sheet": None, "match": None, "screening": None}
        return replace(made, **parts, source=path, recording=read, leads=leads, name=name, settings=options.settings)
    if "cat" in path.name:
        made = replace(made, read_by="nothing", findings=())
    return replace(made, photo=read_page(path, page), name=name, settings=options.settings)


@pytest.fixture(autouse=True)
def chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgimg.pipelines.diagnose.diagnose_page", diagnosed)


def draw(path: Path) -> str:
    Image.new("RGB", (600, 400), (len(path.name), 0, 0)).save(path)
    return str(path)


def run(inputs: list[str], out: Path, **given: object) -> tuple[Outcome, ...]:
    return run_batch(inputs, out, RunOptions.read(**given), doubles.Silent(), doubles.Inline(), DIAGNOSE)


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / SUMMARY).open(newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def test_a_report_and_a_row_a_page(tmp_path: Path) -> None:
    (outcome,) = run([draw(tmp_path / "x.png")], tmp_path / "out")
    out = tmp_path / "out"
    assert {p.name for p in out.iterdir()} == {"x.report.html", "x.report.json", "x.report.thumb.jpg", SUMMARY, INDEX}
    assert json.loads((out / "x.report.json").read_text())["source"]["file"].endswith("x.png")
    row = rows(out)["x"]
    assert (row["status"], row["layout"], row["read_by"]) == ("ok", "3x4+1R", "signal and image")
    assert (row["likely"], row["possible"], row["abnormal"]) == ("Atrial fibrillation 0.92", "", "0.900")
    assert row["heart_rate"] == "75"
    assert outcome.message == "read by signal and image: networks: likely: Atrial fibrillation 92 %"


def test_the_photo_is_stored_in_dicom_where_it_is_asked_for(tmp_path: Path) -> None:
    pydicom = pytest.importorskip("pydicom")
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    run(inputs, out, format="dicom")
    assert not (out / "x.photo.dcm").exists()
    (outcome,) = run(inputs, out, format="dicom", dicom_photo=True, patient_id="7")
    assert not outcome.skipped
    photo, ecg = pydicom.dcmread(out / "x.photo.dcm"), pydicom.dcmread(out / "x.dcm")
    assert (photo.StudyInstanceUID, photo.PatientID) == (ecg.StudyInstanceUID, "7")
    assert (photo.Rows, photo.Columns) == (400, 600)
    assert "x.photo.dcm" in json.loads((out / "x.json").read_text())["files"]
    (outcome,) = run(inputs, out, format="dicom", dicom_photo=True, patient_id="7")
    assert outcome.skipped
    run(inputs, out, format="dicom", no_photo=True)
    assert not (out / "x.photo.dcm").exists()
    with pytest.raises(UsageError, match="--dicom-photo stores the photo"):
        RunOptions.read(dicom_photo=True, no_photo=True)


def test_an_aligned_record_has_the_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = measured()

    def interpreted(path: Path, page: int, options: PageOptions, name: str, hook: object) -> Report:
        return replace(diagnosed(path, page, options, name, hook), measurements=found, interpretation=interpret(found))

    monkeypatch.setattr("ecgimg.pipelines.diagnose.diagnose_page", interpreted)
    out = tmp_path / "out"
    inputs = [draw(tmp_path / "x.png"), str(recording().to_wfdb(tmp_path, "y")), draw(tmp_path / "image.png")]
    assert [one.status for one in run(inputs, out, format="aligned")] == ["ok"] * 3
    page, alone = read_record(out / "x.aligned.json"), read_record(out / "y.aligned.json")
    assert (page.origin, alone.origin, alone.page) == ("page", "recording", None)
    assert [one.code for one in page.statements.findings] == ["AFIB", "SR"]
    assert record_problems(out / "x.aligned.json") == record_problems(out / "y.aligned.json") == []
    assert not (out / "image.aligned.json").exists()
    assert not (out / "x.hea").exists()
    assert [one.skipped for one in run(inputs, out, format="aligned")] == [True] * 3
    (out / "x.aligned.npz").unlink()
    assert [one.skipped for one in run(inputs, out, format="aligned")] == [False, True, True]
    run(inputs, out, format="aligned", no_photo=True)
    assert not (out / "x.aligned.jpg").exists()


def test_a_page_only_the_image_network_read_is_ok_and_says_why(tmp_path: Path) -> None:
    (outcome,) = run([draw(tmp_path / "image.png")], tmp_path / "out")
    assert (outcome.status, Tally.of([outcome]).exit_code) == ("ok", ExitCode.OK)
    assert outcome.details == "straighten: no grid <found>"
    assert outcome.message.startswith("read by image, since no ECG grid is seen")
    row = rows(tmp_path / "out")["image"]
    assert (row["read_by"], row["layout"], row["confidence"]) == ("image", "", "")
    assert row["reason"].startswith("no ECG grid is seen")


def test_what_no_network_read_is_refused_but_gets_a_report(tmp_path: Path) -> None:
    (outcome,) = run([draw(tmp_path / "cat.png")], tmp_path / "out")
    assert (outcome.status, Tally.of([outcome]).exit_code) == ("refused", ExitCode.REFUSED)
    assert (tmp_path / "out/cat.report.html").is_file()


def test_a_bad_file_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("text")
    inputs = [draw(tmp_path / "a.png"), draw(tmp_path / "gone.png"), str(tmp_path / "text.jpg")]
    found = {o.name: o.status for o in run(inputs, tmp_path / "out")}
    assert found == {"a": "ok", "gone": "failed", "text": "failed"}


def test_done_pages_are_skipped_until_something_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, out = [draw(tmp_path / "x.png"), draw(tmp_path / "cat.png")], tmp_path / "out"
    run(inputs, out)
    again = run(inputs, out)
    assert [(o.skipped, o.status) for o in again] == [(True, "ok"), (True, "refused")]
    assert rows(out)["x"]["likely"] == "Atrial fibrillation 0.92"
    assert not any(o.skipped for o in run(inputs, out, gain=5))
    assert not any(o.skipped for o in run(inputs, out, redact=True))
    assert json.loads((out / "x.report.json").read_text())["settings"]["photo"] == "redacted"
    run(inputs, out)
    (out / "x.report.html").unlink()
    assert [o.skipped for o in run(inputs, out)] == [False, True]
    assert not any(o.skipped for o in run(inputs, out, force=True))
    monkeypatch.setattr("ecgimg.runs.diagnose.network_hashes", dict)
    assert not any(o.skipped for o in run(inputs, out))


def test_reports_stand_beside_recordings_of_the_same_page(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "x.json").write_text("digitize's own")
    (outcome,) = run([draw(tmp_path / "x.png")], out)
    assert outcome.name == "x"
    assert (out / "x.json").read_text() == "digitize's own"


def test_a_recording_and_a_report_in_one_run(tmp_path: Path) -> None:
    inputs, out = [draw(tmp_path / "x.png"), draw(tmp_path / "image.png")], tmp_path / "out"
    assert [o.status for o in run(inputs, out, format=["wfdb"])] == ["ok", "ok"]
    found = {path.name for path in out.iterdir()}
    assert {"x.report.html", "x.hea", "x.dat", "x.json", "x.overlay.png", "image.report.html"} <= found
    assert not {"image.hea", "image.json"} & found
    assert all(o.skipped for o in run(inputs, out, format=["wfdb"]))
    digitized = run_batch([inputs[0]], out, RunOptions.read(), doubles.Silent(), doubles.Inline(), DIGITIZE)
    assert [o.skipped for o in digitized] == [True]
    (out / "x.dat").unlink()
    assert [o.skipped for o in run(inputs, out)] == [True, True]
    assert [o.skipped for o in run(inputs, out, format=["wfdb"])] == [False, True]


def test_a_recording_without_a_page_has_a_report_and_files(tmp_path: Path) -> None:
    path, out = recording().to_wfdb(tmp_path, "a b"), tmp_path / "out"
    (outcome,) = run([str(path)], out, format=["fhir", "csv"], fs=250)
    assert (outcome.status, outcome.layout) == ("ok", "")
    report_files, own = {"a_b.report.html", "a_b.report.json"}, {"a_b.json", "a_b.fhir.json", "a_b.csv"}
    assert {one.name for one in out.iterdir()} == {*report_files, *own, SUMMARY, INDEX}
    stored = read_json(RecordingResult, out / "a_b.json")
    assert stored is not None
    assert (stored.fs, stored.export.fs, {*stored.files}) == (500, 250, own)
    assert stored.source.sha256 == hash_file(path)
    kinds = [one["resource"]["resourceType"] for one in json.loads((out / "a_b.fhir.json").read_text())["entry"]]
    assert kinds[-1] == "DiagnosticReport"
    same = {"format": ["csv"], "fs": 250}
    assert [o.skipped for o in run([str(path)], out, **same)] == [True]
    assert [o.skipped for o in run([str(path)], out)] == [True]
    assert [o.skipped for o in run([str(path)], out, format=["csv"], fs=100)] == [False]
    assert len(read_recording(out / "a_b.csv").signals[0]) == len(read_recording(out / "a_b.fhir.json").signals[0])
    (out / "a_b.csv").unlink()
    assert [o.skipped for o in run([str(path)], out, format=["fhir"], fs=100)] == [False]
    assert (out / "a_b.csv").is_file()


def test_a_recording_of_which_nothing_is_known_has_no_files(tmp_path: Path) -> None:
    path, out = Recording(np.full((12, 5000), np.nan, np.float32), 500.0).to_wfdb(tmp_path, "x"), tmp_path / "out"
    run([str(path)], out, format=["dicom"])
    assert {one.name for one in out.iterdir()} == {"x.report.html", "x.report.json", SUMMARY, INDEX}
    assert [o.skipped for o in run([str(path)], out, format=["dicom"])] == [True]


def test_files_of_digitize_are_made_again_where_they_lack_the_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digitized(path: Path, page: int, options: PageOptions, name: str, hook: object) -> Digitized:
        made = diagnosed(path, page, options, name, hook)
        return Digitized(made.photo, made.sheet, made.match, made.recording, ())

    def digitize(**given: object) -> bool:
        options = RunOptions.read(**given)
        (done,) = run_batch(inputs, out, options, doubles.Silent(), doubles.Inline(), DIGITIZE)
        return done.skipped

    monkeypatch.setattr("ecgimg.pipelines.digitize.digitize_page", digitized)
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    run(inputs, out)
    assert not digitize(format=["fhir", "csv"])
    assert "DiagnosticReport" not in (out / "x.fhir.json").read_text()
    assert [o.skipped for o in run(inputs, out, format=["csv"])] == [True]
    assert [o.skipped for o in run(inputs, out, format=["fhir"])] == [False]
    assert "DiagnosticReport" in (out / "x.fhir.json").read_text()
    assert digitize(format=["fhir", "csv"])
    assert [o.skipped for o in run(inputs, out, format=["fhir"])] == [True]


def test_a_page_that_can_not_be_digitized_any_more_has_no_recording(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run([draw(tmp_path / "x.png")], out, format=["csv"])
    (tmp_path / "cat").mkdir()
    other = (tmp_path / "x.png").replace(tmp_path / "image.png")
    (out / "x.json").rename(out / "image.json")
    text = (out / "image.json").read_text().replace("x.png", "image.png")
    (out / "image.json").write_text(text.replace('"x.csv"', '"image.csv"').replace('"x.json"', '"image.json"'))
    (out / "x.csv").rename(out / "image.csv")
    Image.new("RGB", (300, 200), "red").save(other)
    (outcome,) = run([str(other)], out, format=["csv"])
    assert (outcome.name, outcome.status) == ("image", "ok")
    assert not (out / "image.csv").exists()
    assert "removed" in rows(out)["image"]["warnings"]


def test_findings_have_names_and_stand_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(*args: object) -> Report:
        made = diagnosed(*args)  # type: ignore[arg-type]
        first = next(finding for finding in made.findings if finding.code == "AFIB")
        return replace(made, findings=(*made.findings, replace(first, probability=0.6)))

    monkeypatch.setattr("ecgimg.pipelines.diagnose.diagnose_page", twice)
    run([draw(tmp_path / "x.png")], tmp_path / "out")
    row = rows(tmp_path / "out")["x"]
    assert row["likely"] == "Atrial fibrillation 0.92"
    assert (row["paper_speed"], row["paper_speed_from"]) == ("25", "text")
    assert (row["gain"], row["gain_from"]) == ("10", "assumed")


def test_a_report_is_made_again_in_another_language_and_where_its_pdf_is_missing(tmp_path: Path) -> None:
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"

    def is_skipped(**given: object) -> bool:
        (outcome,) = run(inputs, out, **given)
        return outcome.skipped

    assert not is_skipped()
    assert not is_skipped(language="de")
    assert "Vorhofflimmern" in (out / "x.report.html").read_text(encoding="utf-8")
    assert is_skipped(language="de")
    assert not is_skipped(language="de", pdf=True)
    assert (out / "x.report.pdf").read_bytes().startswith(b"%PDF-")
    assert "x.report.pdf" in json.loads((out / "x.report.json").read_text(encoding="utf-8"))["files"]
    assert is_skipped(language="de", pdf=True)
    assert not is_skipped(pdf=True)


def test_other_corrections_are_another_reading(tmp_path: Path) -> None:
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    made = corrections({"kind": "rename", "lead": "V1", "to": "V2"})
    path = made.write(tmp_path / "x.corrections.json")
    assert [outcome.skipped for outcome in run(inputs, out, corrections=path)] == [False]
    assert [outcome.skipped for outcome in run(inputs, out, corrections=path)] == [True]
    assert json.loads((out / "x.report.json").read_text(encoding="utf-8"))["settings"]["corrections"] == json.loads(
        made.model_dump_json(by_alias=True)
    )
    made.model_copy(update={"changes": ()}).write(path)
    assert [outcome.skipped for outcome in run(inputs, out, corrections=path)] == [False]
