"""The record of a page that was read: samples lie where they are printed, and no pixel is stored that may not be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_measurements import measured
from made_reports import report
from PIL import Image

from ecgimg.aligned.page import ReadPage, record_of_page, record_of_recording, sampled_curves, write_beside
from ecgimg.aligned.record import Interpreted, read_arrays, read_record
from ecgimg.aligned.show import lines_of
from ecgimg.aligned.validate import record_problems
from ecgimg.datamodel.page import LayoutMatch, Photo, Scale, Sheet, SheetMap
from ecgimg.errors import OutputError
from ecgimg.layouts import load_layout
from ecgimg.options import PageOptions, PhotoStored
from ecgimg.pipelines.digitize import Digitized
from ecgimg.recording.recording import Recording
from ecgimg.schemas.aligned import AlignedRecord
from ecgimg.schemas.common import write_json
from ecgimg.stages.interpret.interpret import interpret
from ecgimg.synth.page.render import render_page
from ecgimg.synth.page.style import PageStyle
from ecgimg.synth.signals.sources import Simulated
from ecgimg.synth.truth import Page, shown_signals


@pytest.fixture(scope="module")
def printed() -> Page:
    rng = np.random.default_rng(0)
    return render_page(Simulated(1).get(4).mv, 500.0, load_layout("3x4+1R"), PageStyle(px_per_mm=4.0), rng)


@pytest.fixture(scope="module")
def made(printed: Page, tmp_path_factory: pytest.TempPathFactory) -> Digitized:
    """The page as a reader without any error would read it, in a photo of twice the sheet's size."""
    height, width = printed.pixels.shape[:2]
    path = tmp_path_factory.mktemp("page") / "page.png"
    pixels = np.ascontiguousarray(printed.pixels.repeat(2, axis=0).repeat(2, axis=1))
    Image.fromarray(pixels).save(path)
    grid = np.stack(np.meshgrid(np.arange(0, width + 16, 16), np.arange(0, height + 16, 16)), axis=-1)
    way = SheetMap((2 * grid + 0.5).astype(np.float32), 16.0)
    sheet = Sheet(printed.pixels, printed.px_per_mm, way, (2 * height, 2 * width), 0.0, "grid", 1.0)
    scales = Scale(printed.paper_speed, "text"), Scale(printed.gain, "text")
    match = LayoutMatch("3x4+1R", printed.cells, *scales, 1.0, (), 10.0)
    recording = Recording(shown_signals(printed.curves), 500.0, name="page", layout_id="3x4+1R")
    return Digitized(Photo(pixels, path), sheet, match, recording, ())


def ecg(recording: Recording) -> Interpreted:
    found = measured()
    return Interpreted(recording, found, interpret(found, "female", 60))


def written(made: Digitized, stored: PhotoStored, folder: Path) -> AlignedRecord:
    page, settings = ReadPage.of(made, stored), PageOptions.of(None, None, None, stored).settings
    record = record_of_page("page", ecg(made.recording), page, settings)
    write_beside(record, folder, made.recording, page)
    write_json(record, folder / "page.aligned.json")
    return record


def test_every_sample_lies_where_it_is_printed(made: Digitized, printed: Page) -> None:
    curves = sampled_curves(made.recording, ReadPage.of(made, "whole"))
    seen = 0
    for found, drawn in zip(curves, printed.curves, strict=True):
        if drawn.cell.lead == "II" and not drawn.cell.is_strip:
            continue  # the recording has the strip, which is another beat at the column's end
        at = np.searchsorted(found.time, drawn.time - 1e-4)
        both = drawn.visible & (at < len(found.time))
        both[both] &= found.visible[at[both]]
        np.testing.assert_allclose(found.points[at[both]], 2 * drawn.points[both] + 0.5, atol=1.0)
        np.testing.assert_allclose(found.mv[at[both]], drawn.mv[both], atol=1e-6)
        seen += int(both.sum())
    assert seen > 0.9 * np.isfinite(made.recording.signals).sum()


def test_a_record_is_whole_and_has_no_problem(made: Digitized, tmp_path: Path) -> None:
    record = written(made, "whole", tmp_path)
    assert record_problems(tmp_path / "page.aligned.json") == []
    assert {path.name for path in tmp_path.iterdir()} == {*record.files}
    arrays = read_arrays(record, tmp_path)
    np.testing.assert_array_equal(arrays["signal"], made.recording.signals)
    np.testing.assert_array_equal(arrays["shown"], np.isfinite(made.recording.signals))
    np.testing.assert_array_equal(arrays["sheet_nodes"], made.sheet.map.nodes)
    text = "\n".join(lines_of(record))
    assert "3x4+1R, 25 mm/s, 10 mm/mV, 13 cells, as read" in text
    assert record.statements.interpretation in text


def test_no_pixel_is_stored_where_none_may_be(made: Digitized, tmp_path: Path) -> None:
    record = written(made, "none", tmp_path)
    assert record.page is not None
    assert record.page.image == ""
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".npz", ".mat"}
    assert record_problems(tmp_path / "page.aligned.json") == []


def test_a_report_writes_its_record(tmp_path: Path) -> None:
    found = measured()
    made = replace(report(tmp_path), measurements=found, interpretation=interpret(found))
    path = made.write_aligned(tmp_path / "out")
    assert record_problems(path) == []
    record = read_record(path)
    assert (record.id, record.origin, record.settings) == ("page <1>", "page", made.settings)
    assert [one.code for one in record.statements.findings] == ["AFIB", "SR"]
    assert record.statements.conclusion == made.conclusion
    bare = replace(made, photo=None, sheet=None, match=None)
    assert record_problems(bare.write_aligned(tmp_path / "out", "bare")) == []
    with pytest.raises(OutputError, match="the report has no recording"):
        report(tmp_path, read=False).write_aligned(tmp_path / "out")


def test_a_recording_without_a_page_has_the_other_three_parts(made: Digitized, tmp_path: Path) -> None:
    source = made.recording.to_wfdb(tmp_path)
    settings = PageOptions().settings
    record = record_of_recording("page", ecg(made.recording), source, settings)
    write_beside(record, tmp_path, made.recording, None)
    path = write_json(record, tmp_path / "page.aligned.json")
    assert record.page is None
    assert record_problems(path) == []
    assert "page: none" in list(lines_of(record))
