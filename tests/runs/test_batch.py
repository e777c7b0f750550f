"""Runs: what is written, what is skipped, and that a page's failure stays its own."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import doubled_pipelines
import doubles
import numpy as np
import pytest
import wfdb
from PIL import Image

from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import Cause, ExitCode, OutputError, RefusedError, WorkerError
from ecgimg.io.csv_cells import from_cell
from ecgimg.io.images import read_page
from ecgimg.options import RunOptions
from ecgimg.runs.batch import run_batch
from ecgimg.runs.digitize import DIGITIZE
from ecgimg.runs.file_names import INDEX, SUMMARY, FileSet, recording_files
from ecgimg.runs.job import Outcome, PageJob, RunKind, Task
from ecgimg.runs.records import Made
from ecgimg.runs.tally import Tally
from ecgimg.schemas.common import describe_source
from ecgimg.schemas.owner import read_owner
from ecgimg.schemas.screen import ScreenResult

OVERLAYS = ("x.overlay.png", "x.overlay.thumb.jpg")


@pytest.fixture(autouse=True)
def chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgimg.pipelines.digitize.digitize_page", doubled_pipelines.digitize_page)


def draw(path: Path) -> str:
    Image.new("RGB", (8, 8), (len(path.name), 0, 0)).save(path)
    return str(path)


def run(inputs: list[str], out: Path, **given: object) -> tuple[tuple[Outcome, ...], doubles.Silent]:
    listener = doubles.Silent()
    outcomes = run_batch(inputs, out, RunOptions.read(**given), listener, doubles.Inline(), DIGITIZE)
    return outcomes, listener


def rows(out: Path) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in all_rows(out)}


def all_rows(out: Path) -> list[dict[str, str]]:
    with (out / SUMMARY).open(newline="") as file:
        return list(csv.DictReader(file))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_files_of_a_page(tmp_path: Path) -> None:
    (outcome,), listener = run([draw(tmp_path / "x.png")], tmp_path / "out", format=["wfdb", "csv"])
    out = tmp_path / "out"
    assert {p.name for p in out.iterdir()} == {"x.json", "x.hea", "x.dat", "x.csv", *OVERLAYS, SUMMARY, INDEX}
    record = wfdb.rdrecord(str(out / "x"))
    assert record.sig_name == list(LEADS)
    assert (record.fs, record.sig_len, set(record.units)) == (500, 5000, {"mV"})
    assert np.allclose(record.p_signal[:, 0], np.linspace(-1, 1, 5000), atol=0.001)
    assert np.isnan(record.p_signal[:, 1:]).all()
    result = json.loads((out / "x.json").read_text())
    assert sorted(result["files"]) == ["x.csv", "x.dat", "x.hea", "x.json", *OVERLAYS]
    assert result["geometry"]["px_per_mm"] == pytest.approx(16.0)
    assert result["leads"]["I"]["interval"] == [0.0, 10.0]
    assert result["leads"]["V1"] == {"confidence": 0.0, "interval": None}
    assert result["paper_speed"].items() >= {"value": 25.0, "source": "assumed", "assumed": True}.items()
    assert (outcome.status, outcome.confidence, outcome.warnings) == ("ok", 0.72, ("a warning",))
    assert (listener.pages, listener.steps) == (1, [("x", "load")])


def test_what_an_overlay_shows_of_the_photo(tmp_path: Path) -> None:
    page = draw(tmp_path / "x.png")
    darkest, stored = {}, {}
    for name, given in (("whole", {}), ("redacted", {"redact": True}), ("none", {"no_photo": True})):
        run([page], tmp_path / "out", **given)
        overlay = np.asarray(Image.open(tmp_path / "out/x.overlay.png"))
        darkest[name] = int(overlay[int(0.8 * len(overlay)) :].min())
        stored[name] = json.loads((tmp_path / "out/x.json").read_text())["settings"]["photo"]
    assert stored == {"whole": "whole", "redacted": "redacted", "none": "none"}
    assert darkest["whole"] < 190
    assert darkest["redacted"] == pytest.approx(0.55 * 220 + 0.45 * 255, abs=2)
    assert darkest["none"] == 255


def test_only_the_formats_asked_for(tmp_path: Path) -> None:
    run([draw(tmp_path / "x.png")], tmp_path / "out", format=["csv"])
    assert {p.suffix for p in (tmp_path / "out").glob("x.*")} == {".csv", ".json", ".png", ".jpg"}


def test_a_failure_costs_only_its_page(tmp_path: Path) -> None:
    inputs = [draw(tmp_path / name) for name in ("a.png", "bug.png", "refuse.png", "z.png")]
    (tmp_path / "text.jpg").write_text("text")
    outcomes, _ = run([*inputs, str(tmp_path / "text.jpg")], tmp_path / "out")
    assert {o.name: o.status for o in outcomes} == {
        "a": "ok",
        "bug": "failed",
        "refuse": "refused",
        "z": "ok",
        "text": "failed",
    }
    table = rows(tmp_path / "out")
    assert list(table) == ["a", "bug", "refuse", "z", "text"]
    assert "unexpected ZeroDivisionError" in table["bug"]["reason"]
    assert table["refuse"]["reason"].startswith("no ECG grid is seen")
    assert (table["a"]["layout"], table["a"]["confidence"], table["refuse"]["confidence"]) == ("12x1", "0.720", "")
    assert "ZeroDivisionError" in next(o.details for o in outcomes if o.name == "bug")
    assert Tally.of(outcomes).exit_code == ExitCode.SOME_FAILED


def test_exit_codes_of_runs() -> None:
    ok = Outcome("a", "a.png", 1, "ok", 1.0)
    refused = Outcome("b", "b.png", 1, "refused", 1.0, exit_code=ExitCode.REFUSED)
    unread = Outcome("c", "c.png", 1, "failed", 1.0, exit_code=ExitCode.UNREADABLE_INPUT)
    lost = Outcome("d", "d.png", 1, "failed", 1.0, exit_code=ExitCode.WORKER)
    cases = {(ok,): 0, (ok, ok): 0, (refused,): 4, (unread,): 3, (lost,): 7, (ok, lost): 8, (refused, unread): 9}
    for outcomes, code in cases.items():
        assert Tally.of(outcomes).exit_code == code


def test_done_pages_are_skipped_unless_forced(tmp_path: Path) -> None:
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    run(inputs, out)
    before = (out / "x.dat").stat().st_mtime_ns
    (outcome,), _ = run(inputs, out)
    assert (outcome.skipped, outcome.layout, outcome.confidence) == (True, "12x1", 0.72)
    assert (out / "x.dat").stat().st_mtime_ns == before
    assert rows(out)["x"]["status"] == "ok"
    (outcome,), _ = run(inputs, out, force=True)
    assert not outcome.skipped
    assert (out / "x.dat").stat().st_mtime_ns > before


@pytest.mark.parametrize("lost", ["x.dat", "x.overlay.png", "x.json"])
def test_what_a_killed_run_left_out_is_done_again(tmp_path: Path, lost: str) -> None:
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    run(inputs, out)
    for name in ("x.json", "x.hea", "x.dat", *OVERLAYS) if lost == "x.json" else (lost,):
        (out / name).unlink()
    (outcome,), _ = run(inputs, out)
    assert (outcome.skipped, outcome.name) == (False, "x")
    assert (out / lost).exists()


@pytest.mark.parametrize("given", [{"gain": 5}, {"layout": "12x1"}, {"format": ["csv"]}])
def test_other_settings_are_other_results(tmp_path: Path, given: dict[str, object]) -> None:
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    run(inputs, out)
    (outcome,), _ = run(inputs, out, **given)
    assert not outcome.skipped
    assert (out / "x.csv").exists() == ("format" in given)


def test_a_changed_file_is_done_again(tmp_path: Path) -> None:
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    run(inputs, out)
    Image.new("RGB", (8, 8), "white").save(tmp_path / "x.png")
    (outcome,), _ = run(inputs, out)
    assert (outcome.name, outcome.skipped) == ("x", False)


def test_two_runs_with_the_same_stem_into_one_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (tmp_path / "a").mkdir()
    (tmp_path / "bb").mkdir()
    run([draw(tmp_path / "a/x.png")], out)
    Image.new("RGB", (9, 9), "red").save(tmp_path / "bb/x.png")
    kept = (out / "x.json").read_bytes()
    (outcome,), listener = run([str(tmp_path / "bb/x.png")], out)
    assert outcome.name.startswith("x-")
    assert "x is taken" in listener.warnings[0]
    assert (out / "x.json").read_bytes() == kept
    assert set(rows(out)) == {"x", outcome.name}


def test_pages_of_a_document(tmp_path: Path) -> None:
    page = Image.new("RGB", (8, 8))
    page.save(tmp_path / "doc.tiff", save_all=True, append_images=[page])
    run([str(tmp_path / "doc.tiff")], tmp_path / "out")
    assert {"doc.hea", "doc-p2.hea", "doc-p2.overlay.png"} <= {p.name for p in (tmp_path / "out").iterdir()}
    assert rows(tmp_path / "out")["doc-p2"]["page"] == "2"


def test_a_folder_that_cannot_be_written_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError) as told:
        run([draw(tmp_path / "x.png")], tmp_path / "file" / "out")
    assert told.value.exit_code == ExitCode.OUTPUT
    assert "file" in str(told.value)


def test_an_interrupt_keeps_what_was_finished(tmp_path: Path) -> None:
    inputs = [draw(tmp_path / name) for name in ("a.png", "stop.png", "z.png")]
    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "out")
    assert list(rows(tmp_path / "out")) == ["a"]
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        *("a.json", "a.hea", "a.dat", "a.overlay.png", "a.overlay.thumb.jpg"),
        *(SUMMARY, INDEX),
    }
    (outcome,) = [o for o in run(inputs[::2], tmp_path / "out")[0] if o.name == "a"]
    assert outcome.skipped


def test_a_lost_worker_is_a_failed_page(tmp_path: Path) -> None:
    def lose(task: object, tell: object) -> WorkerError:
        return WorkerError("given up after 1 s", where="worker")

    listener = doubles.Silent()
    (outcome,) = run_batch(
        [draw(tmp_path / "x.png")], tmp_path, RunOptions.read(), listener, doubles.Inline(lose), DIGITIZE
    )
    assert (outcome.status, outcome.exit_code) == ("failed", ExitCode.WORKER)


def test_a_refused_page_does_not_have_the_recording_of_the_picture_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    run(inputs, out, format=["wfdb", "csv"])
    Image.new("RGB", (9, 9), "red").save(tmp_path / "x.png")
    monkeypatch.setattr("ecgimg.pipelines.digitize.digitize_page", refuse)
    (outcome,), _ = run(inputs, out)
    assert (outcome.name, outcome.status) == ("x", "refused")
    assert names(out) == {SUMMARY, INDEX}
    assert (
        "removed x.csv, x.dat, x.hea, x.json, x.overlay.png, x.overlay.thumb.jpg of an earlier run"
        in rows(out)["x"]["warnings"]
    )


def refuse(*args: object) -> None:
    raise RefusedError(Cause.NO_GRID, "a double", where="straighten")


@pytest.mark.parametrize("is_another", [False, True])
def test_a_page_that_fails_has_an_earlier_result_of_the_same_picture_only(tmp_path: Path, is_another: bool) -> None:
    def lose(task: object, tell: object) -> WorkerError:
        return WorkerError("given up after 1 s", where="worker")

    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    run(inputs, out)
    before = names(out)
    if is_another:
        Image.new("RGB", (9, 9), "red").save(tmp_path / "x.png")
    options = RunOptions.read(force=True)
    (outcome,) = run_batch(inputs, out, options, doubles.Silent(), doubles.Inline(lose), DIGITIZE)
    assert outcome.status == "failed"
    assert names(out) == ({SUMMARY, INDEX} if is_another else before)
    assert outcome.warnings[0].endswith("of an earlier run" if is_another else "of an earlier run stay")


def test_a_picture_that_is_damaged_now_does_not_have_the_recording_of_before(tmp_path: Path) -> None:
    inputs, out = [draw(tmp_path / "x.png"), draw(tmp_path / "moved.png")], tmp_path / "out"
    run(inputs, out)
    (tmp_path / "x.png").write_text("text")
    (tmp_path / "moved.png").unlink()
    outcomes, _ = run(inputs, out)
    assert [o.status for o in outcomes] == ["failed", "failed"]
    assert names(out) == {SUMMARY, INDEX, *(f"moved{s}" for s in recording_files(["wfdb"]).suffixes)}


@pytest.mark.parametrize("given", [{"force": True}, {"gain": 5}])
def test_a_page_that_is_done_again_has_all_its_formats_again(tmp_path: Path, given: dict[str, object]) -> None:
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    run(inputs, out, format=["csv"])
    before = (out / "x.csv").stat().st_mtime_ns
    run(inputs, out, **given)
    assert (out / "x.csv").stat().st_mtime_ns > before
    assert {"x.csv", "x.hea", "x.dat"} <= {*json.loads((out / "x.json").read_text())["files"]} <= names(out)


def test_two_runs_into_one_folder_at_once(tmp_path: Path) -> None:
    def run_again(task: Task, tell: object) -> Outcome:
        with pytest.raises(OutputError, match="another run is writing into"):
            run([draw(tmp_path / "y.png")], out)
        return DIGITIZE.work(task, lambda *step: None)

    out = tmp_path / "out"
    inputs = [draw(tmp_path / "x.png")]
    (outcome,) = run_batch(inputs, out, RunOptions.read(), doubles.Silent(), doubles.Inline(run_again), DIGITIZE)
    assert outcome.status == "ok"
    assert list(rows(out)) == ["x"]
    assert run([draw(tmp_path / "y.png")], out)[0][0].status == "ok"


def test_forgotten_parts_are_removed(tmp_path: Path) -> None:
    inputs, out = [draw(tmp_path / "x.png")], tmp_path / "out"
    run(inputs, out)
    (out / ".x.dat.4711.part").write_text("half")
    run(inputs, out)
    assert not list(out.glob(".*"))


def test_inputs_with_the_name_of_the_summary(tmp_path: Path) -> None:
    inputs, out = [draw(tmp_path / "summary.png"), draw(tmp_path / "index.png")], tmp_path / "out"
    outcomes, listener = run(inputs, out, format=["csv"])
    assert [o.status for o in outcomes] == ["ok", "ok"]
    assert "summary-" in listener.warnings[0]
    for outcome in outcomes:
        assert (out / f"{outcome.name}.csv").read_text().startswith("time_s,I,II")
    assert [row["name"] for row in all_rows(out)] == [o.name for o in outcomes]


def test_a_folder_that_is_removed_in_the_middle(tmp_path: Path) -> None:
    def work(task: Task, tell: object) -> Outcome:
        if task.job.name == "b":
            shutil.rmtree(out)
        return DIGITIZE.work(task, lambda *step: None)

    out = tmp_path / "out"
    inputs = [draw(tmp_path / name) for name in ("a.png", "b.png", "c.png")]
    outcomes = run_batch(inputs, out, RunOptions.read(), doubles.Silent(), doubles.Inline(work), DIGITIZE)
    assert [(o.status, o.exit_code) for o in outcomes] == [("failed", 5), ("ok", 0), ("ok", 0)]
    assert Tally.of(outcomes).exit_code == ExitCode.SOME_FAILED
    assert "removed while the run went on" in rows(out)["a"]["reason"]
    assert [o.skipped for o in run(inputs, out)[0]] == [False, True, True]


@pytest.mark.parametrize("name", [SUMMARY, INDEX])
def test_a_summary_that_can_not_be_written_costs_no_page(tmp_path: Path, name: str) -> None:
    inputs, out = [draw(tmp_path / "x.png"), draw(tmp_path / "y.png")], tmp_path / "out"
    (out / name / "folder").mkdir(parents=True)
    if name == SUMMARY:
        with pytest.raises(OutputError, match=SUMMARY):
            run(inputs, out)
    else:
        run(inputs, out)
    assert {"x.json", "x.hea", "y.json", "y.hea"} <= names(out)


@pytest.mark.parametrize("stem", [b"a\xff", b"x" * 251, "é".encode() * 125, b"\x1b[31m", b"a\nb", b"=cmd|x"])
def test_a_page_of_any_name(tmp_path: Path, stem: bytes) -> None:
    inputs = [draw(tmp_path / os.fsdecode(stem + b".png")), draw(tmp_path / "good.png")]
    out = tmp_path / "out"
    outcomes, _ = run(inputs, out, format=["wfdb", "csv"], debug=True)
    assert [o.status for o in outcomes] == ["ok", "ok"]
    table = rows(out)
    assert [from_cell(name) for name in table] == [o.name for o in outcomes]
    for outcome in outcomes:
        assert {*json.loads((out / f"{outcome.name}.json").read_text())["files"]} <= names(out)
    assert [o.skipped for o in run(inputs, out, format=["wfdb", "csv"])[0]] == [True, True]


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Path.write_bytes

    def write(path: Path, data: bytes) -> int:
        if ".dat" in path.name:
            whole(path, data[:100])
            raise OSError(28, "No space left on device")
        return whole(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    (outcome,), _ = run([draw(tmp_path / "x.png")], tmp_path / "out")
    assert (outcome.status, outcome.exit_code) == ("failed", ExitCode.OUTPUT)
    assert "No space left" in outcome.reason
    assert {p.name for p in (tmp_path / "out").iterdir()} == {SUMMARY, INDEX}


def test_debug_keeps_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_sheet(path: Path, page: int, options: RunOptions, name: str, hook: object) -> SimpleNamespace:
        made = doubled_pipelines.digitize_page(path, page, options, name, hook)
        hook("straighten", made.sheet, 2, 3)
        hook("trace", (), 3, 3)
        return made

    monkeypatch.setattr("ecgimg.pipelines.digitize.digitize_page", with_sheet)
    run([draw(tmp_path / "x.png")], tmp_path / "out", debug=True)
    assert [p.name for p in (tmp_path / "out/x.debug").iterdir()] == ["2-straighten.png"]


def test_another_kind_of_run_has_its_own_files_and_columns(tmp_path: Path) -> None:
    def make(task: Task, hook: object) -> tuple[Made[ScreenResult], ...]:
        source = describe_source(read_page(task.job.path))
        record = ScreenResult.model_construct(source=source, files=("x.screen.json",), seconds=7.0)
        return (Made(record, ".screen.json", lambda: None),)

    def outcome(job: PageJob, count: ScreenResult) -> Outcome:
        return Outcome(job.name, str(job.path), 1, "ok", 0.1, message="counted", summary_cells=("7",))

    files = FileSet(".screen.json", ())
    kind = RunKind(
        "count", lambda o: (files,), read_owner, make, lambda task, it: True, outcome, lambda: None, ("sheep",)
    )
    out = tmp_path / "out"
    run([draw(tmp_path / "x.png"), draw(tmp_path / "old.png")], out)
    for skipped in (False, True):
        listener = doubles.Silent()
        (found,) = run_batch([str(tmp_path / "x.png")], out, RunOptions.read(), listener, doubles.Inline(), kind)
        assert (found.name, found.message, found.skipped) == ("x", "counted", skipped)
        table = [(row["command"], row["name"], row["sheep"], row["layout"]) for row in all_rows(out)]
        assert table == [("digitize", "x", "", "12x1"), ("digitize", "old", "", "12x1"), ("count", "x", "7", "")]


def test_a_second_ecg_is_a_page_of_its_own_after_the_first(tmp_path: Path) -> None:
    """It is found when the page is read, done once, and found again by a run that goes on."""
    inputs, out = [draw(tmp_path / name) for name in ("double.png", "x.png")], tmp_path / "out"
    outcomes, listener = run(inputs, out)
    assert [(one.name, one.page, one.status) for one in outcomes] == [
        ("double", 1, "ok"),
        ("double-p2", 2, "ok"),
        ("x", 1, "ok"),
    ]
    assert listener.pages == 3
    assert [row["name"] for row in all_rows(out)] == ["double", "double-p2", "x"]
    assert json.loads((out / "double-p2.json").read_text())["source"]["page"] == 2
    assert [one.skipped for one in run(inputs, out)[0]] == [True, True, True]
    (out / "double-p2.json").unlink()
    assert [one.skipped for one in run(inputs, out)[0]] == [True, False, True]
