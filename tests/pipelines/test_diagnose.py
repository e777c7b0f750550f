"""From a photo to a report: both networks, one of them, or none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import ecgimg
from ecgimg.datamodel.leads import LEADS
from ecgimg.datamodel.page import Photo
from ecgimg.errors import RefusedError, UnreadableInputError, UsageError
from ecgimg.findings.opinions import Opinion, Screening
from ecgimg.pipelines import diagnose as diagnosing

SEEN = Screening(0.99, 0.98, 0.6, True, True, True, (Opinion("AFIB", "rhythm", 0.6, 0.2),))


@pytest.fixture
def image_network(monkeypatch: pytest.MonkeyPatch) -> list[Screening]:
    """A double of the image network; the list's last element is what it says."""
    said = [SEEN]
    monkeypatch.setattr(diagnosing, "image_opinion", lambda photo: said[-1])
    return said


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object) -> None:
        raise RefusedError("no ECG grid found", where="straighten")

    monkeypatch.setattr(diagnosing, "digitize_photo", refuse)


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
    assert {group for _, group in (f.key for f in report.findings)} == {"rhythm", "superclass", "subclass"}
    finding = report.finding("AFIB", "rhythm")
    assert finding.signal is not None
    assert finding.image is SEEN.opinions[0]
    assert report.recording is not None
    assert {q.lead for q in report.leads if q.word == "good"} == set(LEADS)
    assert report.measurements[0].value is not None
    assert report.to_html(tmp_path / "x.html").stat().st_size > 50_000
    assert report.to_json(tmp_path / "x.json").is_file()
    with pytest.raises(KeyError, match="FLU"):
        report.finding("FLU")


def test_a_page_only_the_image_network_reads(tmp_path: Path, image_network: list[Screening], refused: None) -> None:
    report = ecgimg.diagnose(blank(tmp_path))
    assert report.read_by == "image"
    assert "no ECG grid found" in report.refusal
    assert report.findings[0].verdict in ("likely", "possible")
    assert report.findings[0].signal is None
    assert "Only one of the two networks" in report.agreement
    assert report.not_visible == ("No lead was digitized.",)
    assert report.recording is None


def test_a_page_nobody_reads(tmp_path: Path, image_network: list[Screening], refused: None) -> None:
    for said, words in (
        (replace(SEEN, is_ecg=False), "does not take this picture for a 12-lead ECG"),
        (replace(SEEN, is_readable=False), "too poor to be read"),
    ):
        image_network.append(said)
        report = ecgimg.diagnose(blank(tmp_path))
        assert (report.read_by, report.findings) == ("nothing", ())
        assert words in report.warnings[0]
        assert report.result().refusal


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
