"""From a photo to a report: both networks, one of them, or none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_reports import masked_recording
from PIL import Image

import ecgimg
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import Photo
from ecgimg.errors import Cause, Refusal, UnreadableInputError, UsageError
from ecgimg.findings.opinions import Opinion, Screening
from ecgimg.options import PageOptions
from ecgimg.pipelines import diagnose as diagnosing
from ecgimg.pipelines.traced_page import TracedPage
from ecgimg.report.html import report_html
from ecgimg.synth.signals.simulator import Heart

SEEN = Screening(0.99, 0.98, 0.6, True, True, True, (Opinion("AFIB", "rhythm", 0.6, 0.2),))


@pytest.fixture
def image_network(monkeypatch: pytest.MonkeyPatch) -> list[Screening]:
    """A double of the image network; the list's last element is what it says."""
    said = [SEEN]
    monkeypatch.setattr(diagnosing, "image_opinion", lambda photo: said[-1])
    return said


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, Refusal(Cause.NO_GRID, "straighten: no grid", 4, ("I", "II")))


def refuse(monkeypatch: pytest.MonkeyPatch, refusal: Refusal) -> None:
    """No page is traced."""
    traced = lambda photo, options, *rest: TracedPage(photo, options, None, rest[-1], refusal=refusal)  # noqa: E731
    monkeypatch.setattr(diagnosing, "trace_photo", traced)


def blank(folder: Path) -> Path:
    Image.new("RGB", (300, 200), "white").save(folder / "blank.png")
    return folder / "blank.png"


@pytest.mark.slow
def test_a_page_both_networks_read(plain_png: Path, image_network: list[Screening], tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    report = ecgimg.diagnose(plain_png, hook=lambda step, artifact, done, total: steps.append((step, done, total)))
    assert report.read_by == "signal and image"
    assert [step for step, _, _ in steps] == list(diagnosing.STEPS)
    assert [done for _, done, _ in steps] == list(range(1, len(diagnosing.STEPS) + 1))
    assert {group for _, group in (f.key for f in report.findings)} == {"rhythm", "superclass", "subclass", "screening"}
    finding = report.finding("AFIB", "rhythm")
    assert finding.signal is not None
    assert finding.image is SEEN.opinions[0]
    assert report.recording is not None
    assert {q.lead for q in report.leads if q.word == "good"} == set(LEADS)
    assert report.measurements is not None
    assert report.to_html(tmp_path / "x.html").stat().st_size > 50_000
    assert report.to_json(tmp_path / "x.json").is_file()
    with pytest.raises(KeyError, match="FLU"):
        report.finding("FLU")


def test_a_page_only_the_image_network_reads(tmp_path: Path, image_network: list[Screening], refused: None) -> None:
    report = ecgimg.diagnose(blank(tmp_path))
    assert report.read_by == "image"
    assert report.refusal is not None
    assert report.refusal.cause is Cause.NO_GRID
    assert report.findings[0].verdict in ("likely", "possible")
    assert report.findings[0].signal is None
    assert "Only one of the two networks" in report.agreement
    assert "could not be read from the picture" in report.not_visible[0]
    assert "which of them it shows is not known" in report.not_visible[0]
    assert "not visible" not in " ".join((*report.not_visible, *(q.word for q in report.leads)))
    assert "fitted on 816 pages" in report.joined_by
    assert report.recording is None


def test_a_page_nobody_reads(tmp_path: Path, image_network: list[Screening], refused: None) -> None:
    for cause in (Cause.NOT_AN_ECG, Cause.TOO_BLURRED):
        image_network.append(replace(SEEN, refusal=Refusal(cause)))
        report = ecgimg.diagnose(blank(tmp_path))
        assert (report.read_by, report.findings) == ("nothing", ())
        assert report.result().refusal == cause.sentence  # what `digitize` gives


@pytest.mark.parametrize(
    ("cause", "rows", "leads"),
    [
        (Cause.STRIP, 1, ("II",)),
        (Cause.UNKNOWN_LAYOUT, 1, ("II", "V1", "V5")),
        (Cause.NO_GRID, 0, ()),
        (Cause.MIRRORED, 4, ("II",)),
        (Cause.CUT_OFF, 2, LEADS[:8]),
    ],
)
def test_the_image_network_alone_gives_no_report_of_what_is_no_whole_page(
    cause: Cause,
    rows: int,
    leads: tuple[str, ...],
    tmp_path: Path,
    image_network: list[Screening],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse(monkeypatch, Refusal(cause, "layout: seen", rows, leads))
    report = ecgimg.diagnose(blank(tmp_path))
    assert (report.read_by, report.findings) == ("nothing", ())
    assert report.result().refusal == cause.sentence
    assert report.result().refused.rows == rows  # type: ignore[union-attr]
    assert "is not normal" not in report_html(report, report.result())


def test_the_image_network_has_no_opinion_on_one_of_two_ecgs() -> None:
    read = diagnosing._Read(None, Refusal(Cause.UNKNOWN_LAYOUT, rows=4, leads=LEADS))
    photo = Photo(np.full((8, 8, 3), 255, np.uint8), Path("x.png"))
    one = TracedPage(photo, PageOptions())
    assert diagnosing._of_one_page(SEEN, read, one) is SEEN
    two = replace(one, parts=((0, 0, 4, 8), (4, 0, 8, 8)))
    screening = diagnosing._of_one_page(SEEN, read, two)
    assert screening.opinions == ()
    assert screening.refusal is not None
    assert screening.refusal.cause is Cause.SEVERAL_ECGS


def test_the_image_network_sees_the_photo_as_it_came(
    plain_png: Path, monkeypatch: pytest.MonkeyPatch, refused: None
) -> None:
    photos: list[Photo] = []

    def look(photo: Photo) -> Screening:
        photos.append(photo)
        return SEEN

    monkeypatch.setattr(diagnosing, "image_opinion", look)
    ecgimg.diagnose(plain_png)
    assert np.array_equal(photos[0].pixels, np.asarray(Image.open(plain_png).convert("RGB")))


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        ecgimg.diagnose(tmp_path / "missing.png")
    with pytest.raises(UsageError):
        ecgimg.diagnose(blank(tmp_path), gain=7)


def test_a_recording_gets_a_report_without_a_photo(tmp_path: Path) -> None:
    heart = masked_recording(Heart(), layout=1)
    path = ecgimg.write(heart, tmp_path, "fhir", name="x")
    report = ecgimg.diagnose(path)
    assert (report.photo, report.screening, report.match, report.source) == (None, None, None, path)
    assert (report.read_by, report.name) == ("signal", "x.fhir")
    assert {finding.signal is not None for finding in report.findings} == {True}
    assert report.measurements.figure("heart rate").value is not None
    result = report.result()
    assert (result.source.width, result.source.file, result.page) == (None, path.as_posix(), None)
    html = report.to_html(tmp_path / "x.html").read_text()
    assert "<img" not in html
    assert "<svg" in html
    assert "at 500 Hz, no photo" in html
    with pytest.raises(UsageError, match="has no page 2"):
        ecgimg.diagnose(path, page=2)
    same = ecgimg.diagnose(heart)
    assert [f.probability for f in same.findings] == pytest.approx([f.probability for f in report.findings], abs=0.01)
    assert (same.source, same.result().source.file) == (None, "")


def test_a_report_writes_its_recording_with_its_findings(tmp_path: Path) -> None:
    report = ecgimg.diagnose(masked_recording(Heart(), layout=1))
    path = report.write_recording(tmp_path, "fhir", name="x", patient_id="7")
    kinds = [entry["resource"]["resourceType"] for entry in json.loads(path.read_text())["entry"]]
    assert (kinds[0], {*kinds[1:-1]}, kinds[-1]) == ("Patient", {"Observation"}, "DiagnosticReport")
    assert all(f"{name}'s formula" in path.read_text() for name in ("Bazett", "Fridericia"))
    with pytest.raises(UsageError, match="'docx' is not one of wfdb, csv"):
        report.write_recording(tmp_path, "docx")
    with pytest.raises(UsageError, match="'colour' is not one of fs"):
        ecgimg.write(masked_recording(Heart()), tmp_path, colour="red")
    with pytest.raises(UsageError, match="fill"):
        ecgimg.write(masked_recording(Heart()), tmp_path, fill="mean")
