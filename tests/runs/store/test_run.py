"""Runs into a store: a row a page with all that the JSON has, and exactly one whatever ends the run when."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import doubled_pipelines
import doubles
import numpy as np
import pytest
from PIL import Image
from s3_server import serve_s3

from ecgimg.errors import ExitCode, OutputError, UsageError, WorkerError
from ecgimg.jobs import Done, Tell
from ecgimg.options import RunOptions
from ecgimg.runs.diagnose import DIAGNOSE
from ecgimg.runs.digitize import DIGITIZE
from ecgimg.runs.job import Outcome, Task
from ecgimg.runs.measure import COLUMNS
from ecgimg.runs.screen import SCREEN
from ecgimg.runs.store.run import run_store
from ecgimg.runs.store.table import Row, store_page
from ecgimg.runs.tally import Tally

ds = pytest.importorskip("pyarrow.dataset")


@pytest.fixture(autouse=True)
def chain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("digitize", "diagnose"):
        double = getattr(doubled_pipelines, f"{name}_page")
        monkeypatch.setattr(f"ecgimg.pipelines.{name}.{name}_page", double)


def draw(path: Path, pages: int = 1) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", (8, 8), (len(path.name), 0, 0))
    picture.save(path, **({"save_all": True, "append_images": [picture] * (pages - 1)} if pages > 1 else {}))
    return str(path)


def run(
    inputs: list[str], store: object, executor: object = None, kind: object = DIGITIZE, **given: object
) -> tuple[Tally, doubles.Silent]:
    listener = doubles.Silent()
    options = RunOptions.read(store="parquet", **given)
    tally = run_store(inputs, str(store), options, listener, executor or doubles.Inline(), kind)
    return tally, listener


def rows(store: object) -> list[Row]:
    """All rows as a reader with nothing but pyarrow gets them."""
    return sorted(ds.dataset(str(store), partitioning="hive").to_table().to_pylist(), key=lambda row: row["input"])


def test_a_row_has_all_that_the_json_has(tmp_path: Path) -> None:
    page = draw(tmp_path / "in/x.png")
    tally, _ = run([page], tmp_path / "out")
    (row,) = rows(tmp_path / "out")
    assert (tally.exit_code, row["status"], row["input"], row["layout"]) == (ExitCode.OK, "ok", page, "12x1")
    assert (row["paper_speed"], row["paper_speed_from"], row["gain"], row["gain_from"]) == (25, "assumed", 10, "pulse")
    assert row["confidence"] == pytest.approx(0.72)
    record = json.loads(row["json"])
    assert record["schema"] == "ecgimg/page/1"
    assert record["files"] == []
    assert record["source"]["sha256"] == row["sha256"]
    assert row["leads"][:2] == ["I", "II"]
    signals = np.array(row["signals"], np.int16)
    assert signals.shape == (12, 5000)
    assert np.abs(signals[0] / row["signal_units_per_mv"] - np.linspace(-1, 1, 5000)).max() <= 0.00051
    assert (signals[1:] == -32768).all()
    assert np.array(row["confidences"], np.uint8)[:2, 0].tolist() == [255, 0]
    assert row["thumbnail"][:2] == b"\xff\xd8"
    assert (
        ds.dataset(str(tmp_path / "out"), partitioning="hive").schema.field("signals").type.value_type.value_type
        == "int16"
    )


def test_findings_and_intervals_are_columns(tmp_path: Path) -> None:
    run([draw(tmp_path / "x.png")], tmp_path / "out", kind=DIAGNOSE)
    (row,) = rows(tmp_path / "out")
    assert row["rhythm_AFIB"] == pytest.approx(0.9)
    assert row["likely"] == "Atrial fibrillation 0.90"
    assert {*COLUMNS} <= {*row}
    assert row["signals"] is not None


def test_refusals_failures_and_documents(tmp_path: Path) -> None:
    inputs = [draw(tmp_path / name) for name in ("a.png", "bug.png", "refuse.png")]
    (tmp_path / "text.jpg").write_text("text")
    inputs += [str(tmp_path / "text.jpg"), draw(tmp_path / "three.tif", pages=3)]
    tally, listener = run(inputs, tmp_path / "out")
    assert tally.statuses == {"ok": 4, "failed": 2, "refused": 1}
    assert tally.exit_code == ExitCode.SOME_FAILED
    assert listener.pages == 7
    found = rows(tmp_path / "out")
    assert [(Path(row["input"]).name, row["page"], row["status"]) for row in found] == [
        ("a.png", 1, "ok"), ("bug.png", 1, "failed"), ("refuse.png", 1, "refused"), ("text.jpg", 1, "failed"),
        ("three.tif", 1, "ok"), ("three.tif", 2, "ok"), ("three.tif", 3, "ok"),
    ]  # fmt: skip
    assert len({row["name"] for row in found}) == 7
    assert "ZeroDivisionError" in found[1]["details"]
    assert found[2]["reason"].startswith("no ECG grid is seen")


def test_a_second_run_does_failed_pages_again_and_asks_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [draw(tmp_path / name) for name in ("a.png", "refuse.png", "bug.png")] + [draw(tmp_path / "t.tif", 2)]
    run(inputs, tmp_path / "out")
    for path in (*inputs[:2], inputs[3]):
        Path(path).unlink()
    tally, listener = run(inputs, tmp_path / "out")
    assert (listener.before, [outcome.status for outcome in listener.outcomes]) == (4, ["failed"])
    assert (tally.pages, tally.skipped, tally.exit_code) == (5, 4, ExitCode.SOME_FAILED)
    mended = Path(draw(tmp_path / "mended.png"))
    double = doubled_pipelines.digitize_page
    monkeypatch.setattr("ecgimg.pipelines.digitize.digitize_page", lambda path, *rest: double(mended, *rest))
    tally, _ = run(inputs, tmp_path / "out")
    assert tally.statuses == {"ok": 4, "refused": 1}
    found = rows(tmp_path / "out")
    assert len(found) == len({row["name"] for row in found}) == 5
    assert not list((tmp_path / "out/status=failed").iterdir())


class Interrupted(doubles.Inline):
    """An executor that is interrupted after some jobs."""

    def __init__(self, jobs: int) -> None:
        super().__init__()
        self.left = jobs

    def run(self, work: Callable, jobs: Iterable, report: Callable, ended: Callable = print) -> None:
        for job in jobs:
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
            report(Done(job, work(job, print)))


class Lost(doubles.Inline):
    """An executor that loses the worker of every job."""

    def run(self, work: Callable, jobs: Iterable, report: Callable, ended: Callable = print) -> None:
        for job in jobs:
            report(Done(job, WorkerError("given up after 1 s", where="worker")))


def test_what_was_done_before_an_interrupt_is_there(tmp_path: Path) -> None:
    inputs = [draw(tmp_path / f"{k}.png") for k in range(5)]
    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "out", Interrupted(3))
    assert [row["input"] for row in rows(tmp_path / "out")] == inputs[:3]
    tally, listener = run(inputs, tmp_path / "out")
    assert (tally.skipped, listener.before) == (3, 3)
    assert [row["input"] for row in rows(tmp_path / "out")] == inputs


def test_a_lost_worker_is_a_row_and_its_page_is_done_again(tmp_path: Path) -> None:
    page = draw(tmp_path / "a.png")
    assert run([page], tmp_path / "out", Lost())[0].exit_code == ExitCode.WORKER
    assert rows(tmp_path / "out")[0]["reason"].startswith("worker: given up after 1 s")
    assert run([page], tmp_path / "out")[0].exit_code == ExitCode.OK
    assert [row["status"] for row in rows(tmp_path / "out")] == ["ok"]


def test_shards_that_the_manifest_does_not_name_are_removed(tmp_path: Path) -> None:
    inputs, out = [draw(tmp_path / f"{k}.png") for k in range(2)], tmp_path / "out"
    run(inputs[:1], out)
    before = (out / "_manifest.json").read_bytes()
    run(inputs, out)
    (out / "_manifest.json").write_bytes(before)  # as if killed between the shard and the manifest
    run(inputs, out)
    assert [row["input"] for row in rows(out)] == inputs


def test_a_store_is_of_one_command_and_one_setting(tmp_path: Path) -> None:
    page, out = draw(tmp_path / "a.png"), tmp_path / "out"
    run([page], out)
    with pytest.raises(UsageError, match=r"was written by digitize, with other settings.*give a new store"):
        run([page], out, paper_speed=50.0)
    with pytest.raises(UsageError, match="was written by digitize"):
        run([page], out, kind=SCREEN)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/work.txt").write_text("x")
    with pytest.raises(OutputError, match="no store and holds other files"):
        run([page], tmp_path / "other")
    for option in ({"force": True}, {"debug": True}, {"format": ["csv"]}):
        with pytest.raises(UsageError, match="--store goes without"):
            RunOptions.read(store="parquet", **option)
    with pytest.raises(UsageError, match="add --store parquet"):
        RunOptions.read(dask="local:2")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    with serve_s3(monkeypatch) as server:
        yield server


def test_from_a_bucket_into_a_bucket_with_calls_that_fail(s3: object, tmp_path: Path) -> None:
    names = [f"in/{k}/scan.png" for k in range(4)]
    for name in names:
        s3.put(name, Path(draw(tmp_path / name)).read_bytes())  # type: ignore[attr-defined]
    s3.put("in/t.tif", Path(draw(tmp_path / "t.tif", 2)).read_bytes())  # type: ignore[attr-defined]
    s3.failing = 0.05  # type: ignore[attr-defined]
    tally, listener = run(["s3://pages/in"], "s3://pages/out")
    assert tally.statuses == {"ok": 6}
    assert listener.warnings == ["s3://pages/out can't be locked; don't let two runs write into it at the same time"]
    assert run(["s3://pages/in"], "s3://pages/out")[0].skipped == 6
    import s3fs

    found = ds.dataset("pages/out", filesystem=s3fs.S3FileSystem(), partitioning="hive").to_table().to_pylist()
    assert sorted((row["input"], row["page"]) for row in found) == sorted(
        [(f"s3://pages/{name}", 1) for name in names] + [("s3://pages/in/t.tif", 1), ("s3://pages/in/t.tif", 2)]
    )
    assert json.loads(found[0]["json"])["source"]["file"] == found[0]["input"]
    assert len({row["name"] for row in found}) == 6


def test_two_runs_do_not_write_into_one_store(tmp_path: Path) -> None:
    page, out = draw(tmp_path / "a.png"), tmp_path / "out"

    class Nested(doubles.Inline):
        def run(self, work: Callable, jobs: Iterable, report: Callable, ended: Callable = print) -> None:
            with pytest.raises(OutputError, match="another run is writing"):
                run([page], out)
            super().run(work, jobs, report)

    assert run([page], out, Nested())[0].exit_code == ExitCode.OK


def test_a_second_ecg_has_a_row_of_its_own(tmp_path: Path) -> None:
    """A run that was killed between the two reads the second one when it goes on."""
    page, store = draw(tmp_path / "in/double.png"), tmp_path / "out"

    def stop_at_the_second(task: Task, tell: Tell) -> tuple[Outcome, Row]:
        if task.job.page == 2:
            raise KeyboardInterrupt
        return store_page(DIGITIZE, task, tell)

    with pytest.raises(KeyboardInterrupt):
        run([page], store, doubles.Inline(stop_at_the_second))
    assert [(row["page"], row["ecgs"]) for row in rows(store)] == [(1, 2)]
    tally, listener = run([page], store)
    assert (tally.pages, listener.pages, listener.before) == (2, 2, 1)
    assert sorted((row["name"][-3:] == "-p2", row["page"], row["pages"]) for row in rows(store)) == [
        (False, 1, 1),
        (True, 2, 1),
    ]
