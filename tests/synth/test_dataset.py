from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from ecgimg.bench.digitize.real_pages import read_index, read_truth
from ecgimg.errors import OutputError, UnreadableInputError, UsageError
from ecgimg.recording.read import read_recording
from ecgimg.recording.recording import Recording
from ecgimg.runs.worker import WorkerPool
from ecgimg.synth.dataset import SetPlan, parse_folds, parse_weights, write_dataset
from ecgimg.synth.signals.sources import Simulated
from ecgimg.synth.storage import read_page
from ecgimg.synth.truth import SynthPage

SMALL = """
name: small
page:
  layouts: {3x4+1R: 1, 6x2: 1}
  px_per_mm: [3.2, 3.6]
camera: {rotation: 10, perspective: 0.5, folds: 0.5, background: 0.5}
wear: {light: 0.5, noise: 0.3, jpeg: 0.3, handwriting: 0.5}
"""


@pytest.fixture
def recipe(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return str(path)


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((folder / "pages").iterdir())}


def highest_beside(page: SynthPage, folder: Path, name: str, image: str) -> tuple[str, ...]:
    (folder / f"{name}.txt").write_text(f"{image} {np.nanmax(page.signal.mv):.3f}")
    return (f"{name}.txt",)


@pytest.mark.slow
def test_one_process_or_two_write_the_same_bytes(tmp_path: Path, recipe: str) -> None:
    plan, seen = SetPlan(4, recipe, seed=5), []
    one = write_dataset(tmp_path / "one", plan, progress=lambda done, total: seen.append((done, total)))
    with WorkerPool(2, 60.0) as workers:
        two = write_dataset(tmp_path / "two", plan, executor=workers)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert (one.written, two.written, one.found) == (4, 4, 0)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    jobs = read_index(tmp_path / "two" / "index.csv", None, tmp_path)
    pages = [read_page(path) for path in sorted((tmp_path / "two" / "pages").glob("*.json"))]
    assert [(Path(job.image), job.layout) for job in jobs] == [(page.image, page.layout.id) for page in pages]
    assert np.allclose(read_truth(Path(jobs[0].truth), jobs[0].fs), pages[0].signal, atol=0.003, equal_nan=True)
    assert one.contact_sheet is not None
    assert cv2.imread(str(one.contact_sheet)) is not None


@pytest.mark.slow
def test_a_layout_that_only_a_style_has_is_empty_in_the_index(tmp_path: Path) -> None:
    """The benchmark knows the layouts of the package alone; it measures such pages' signals."""
    write_dataset(tmp_path, SetPlan(1, "clean", styles="handheld-1l"))
    (job,) = read_index(tmp_path / "index.csv", None, tmp_path / "bench")
    assert job.layout == ""


@pytest.mark.slow
def test_an_unfinished_set_goes_on(tmp_path: Path, recipe: str) -> None:
    plan = SetPlan(3, recipe, seed=1)
    write_dataset(tmp_path / "set", plan)
    whole = files(tmp_path / "set")
    (tmp_path / "set/pages/000001.json").unlink()
    again = write_dataset(tmp_path / "set", plan)
    assert (again.written, again.found) == (1, 2)
    assert files(tmp_path / "set") == whole
    more = write_dataset(tmp_path / "set", SetPlan(4, recipe, seed=1))
    assert (more.written, more.found) == (1, 3)
    with pytest.raises(UsageError, match="another set"):
        write_dataset(tmp_path / "set", SetPlan(3, recipe, seed=2))


def test_what_is_written_is_read_back(tmp_path: Path, recipe: str) -> None:
    write_dataset(tmp_path, SetPlan(1, recipe, seed=3), beside=highest_beside)
    truth = json.loads((tmp_path / "pages/000000.json").read_text())
    page = read_page(tmp_path / "pages/000000.json")
    h, w = page.pixels().shape[:2]
    assert (w, h) == (truth["width"], truth["height"])
    assert truth["beside"] == ["000000.txt"]
    image, highest = (tmp_path / "pages/000000.txt").read_text().split()
    assert (image, float(highest)) == (truth["image"], pytest.approx(float(np.nanmax(page.signal)), abs=1e-3))
    assert truth["record"]["text"]
    back = read_recording(tmp_path / "pages" / truth["recording"])
    assert np.abs(back.signals - page.signal).max() < 0.001
    for curve in page.curves:
        sheet = page.warp.to_sheet(curve.points[curve.visible])
        mm_y = (curve.cell.y0 - sheet[:, 1]) / page.px_per_mm
        assert np.abs(mm_y / page.gain * curve.cell.sign - curve.mv[curve.visible]).max() < 0.01


@pytest.mark.slow
def test_patchecg_prints_each_record_under_each_condition(tmp_path: Path) -> None:
    write_dataset(tmp_path, SetPlan(7, "patchecg", seed=2))
    pages = [json.loads(p.read_text()) for p in sorted((tmp_path / "pages").glob("*.json"))]
    assert [p["condition"] for p in pages] == list(range(7))
    layouts = [p["layout"]["id"] for p in pages]
    assert layouts[:6] == ["3x4", "3x4+1R", "3x4+2R", "6x2", "6x2+1R", "12x1"]
    assert layouts[6] in layouts[:6]
    assert len({p["record"]["name"] for p in pages}) == 1


def test_damaged_records_are_left_out_and_named(tmp_path: Path, recipe: str) -> None:
    good = Simulated(0).get(0).mv
    short = np.full((12, 5000), np.nan, np.float32)
    short[[0, 1, 6], :2000] = good[[0, 1, 6], :2000]
    Recording(signals=good, fs=500).to_wfdb(tmp_path / "in", "good")
    Recording(signals=short, fs=500).to_wfdb(tmp_path / "in", "three")
    Recording(signals=np.full((12, 5000), np.nan, np.float32), fs=500).to_wfdb(tmp_path / "in", "void")
    (tmp_path / "in/broken.hea").write_text("nonsense")
    report = write_dataset(tmp_path / "out", SetPlan(4, recipe, source=f"wfdb:{tmp_path / 'in'}"))
    assert report.written == 2
    reasons = sorted(reason for _, reason in report.failed)
    assert "no known sample" in reasons[1] or "no known sample" in reasons[0]
    assert any("broken" in r for r in reasons)
    assert not any("\n" in r for r in reasons)
    notes = [json.loads(p.read_text())["record"] for p in (tmp_path / "out/pages").glob("*.json")]
    three = next(r for r in notes if r["name"] == "three")
    assert sum("absent" in note for note in three["notes"]) == 9
    (tmp_path / "void").mkdir()
    (tmp_path / "void/x.hea").write_text("nonsense")
    with pytest.raises(UnreadableInputError, match="no page could be made"):
        write_dataset(tmp_path / "none", SetPlan(2, recipe, source=f"wfdb:{tmp_path / 'void'}"))


def test_a_full_disk_is_one_clear_line(tmp_path: Path, recipe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    (tmp_path / "set").mkdir()
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        write_dataset(tmp_path / "set", SetPlan(1, recipe))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("plan", "what"),
    [
        ({"n": 0}, "0 pages"),
        ({"n": 1, "seed": -1}, "seed"),
        ({"n": 1, "engine": "magic"}, "no engine"),
    ],
)
def test_impossible_plans(plan: dict[str, int], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        SetPlan(**plan)  # type: ignore[arg-type]


@pytest.mark.parametrize("layouts", ["9x9", "3x4:0", "3x4:x", ","])
def test_impossible_layouts(tmp_path: Path, recipe: str, layouts: str) -> None:
    with pytest.raises(UsageError):
        write_dataset(tmp_path / "set", SetPlan(1, recipe, layouts=layouts))
    assert not (tmp_path / "set").exists()


def test_weights_and_folds() -> None:
    assert parse_weights("3x4:2, 6x2") == {"3x4": 2.0, "6x2": 1.0}
    assert parse_folds("1-3,7") == (1, 2, 3, 7)
    for text in ("", "0", "1-12", "a"):
        with pytest.raises(UsageError, match="folds"):
            parse_folds(text)


def test_foreign_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"format": "other/2"}')
    with pytest.raises(UnreadableInputError, match="other/2"):
        read_page(tmp_path / "x.json")


def test_a_set_in_vendor_styles_has_their_layouts_and_scales(tmp_path: Path, recipe: str) -> None:
    plan = SetPlan(2, recipe, seed=3, styles="monitor-strip")
    report = write_dataset(tmp_path / "set", plan)
    assert report.written == 2
    for path in sorted((tmp_path / "set" / "pages").glob("*.json")):
        truth, page = json.loads(path.read_text()), read_page(path)
        assert truth["layout"]["id"].startswith("strip-")
        assert len(page.curves) == len(page.layout.rows)
        assert truth["chest_gain"] in (truth["gain"], truth["gain"] / 2)


def test_styles_that_cannot_be_drawn_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="own layouts"):
        SetPlan(1, layouts="3x4", styles="ge-muse")
    with pytest.raises(UsageError, match="own layouts"):
        SetPlan(1, styles="ge-muse", engine="ecg-image-kit")
    with pytest.raises(UsageError, match="no-such"):
        write_dataset(tmp_path / "set", SetPlan(1, styles="no-such"))
