"""What pictures show of a photo: with --redact no name outside of the traced area survives, with --no-photo nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_reports import recording, report

from ecgimg.api import Report
from ecgimg.datamodel.arrays import Floats, Pixels
from ecgimg.datamodel.page import Photo
from ecgimg.options import PhotoStored
from ecgimg.report.evidence import evidence_image
from ecgimg.report.html import report_html
from ecgimg.report.overlay import overlay_image
from ecgimg.report.saliency import saliency_image
from ecgimg.report.stored_photo import KEPT_MM, stored_photo, traced_area

CORNERS: Floats = np.array([[0, 0], [599, 0], [599, 399], [0, 399]], np.float32)
GEOMETRY = recording().geometry
SHADE = 4
"""Grey levels by which a name may change the shade of a block."""


def page(name: str, path: Path = Path("page.png")) -> Photo:
    """Paper with a shadow and lines where the traces lie, and a name above and below them."""
    shade = np.linspace(250, 190, 600, dtype=np.float32)[None, :, None]
    pixels = np.broadcast_to(shade, (400, 600, 3)).astype(np.uint8).copy()
    for y in (60, 140, 220, 320):
        cv2.line(pixels, (40, y), (540, y), (20, 20, 20), 1)
    for place in ((60, 25), (300, 380)):
        cv2.putText(pixels, name, place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2)
    return Photo(pixels, path)


def with_photo(made: Report, photo: Photo, stored: PhotoStored) -> Report:
    return replace(made, photo=photo, settings=made.settings.model_copy(update={"photo": stored}))


def pictures(folder: Path, photo: Photo, stored: PhotoStored) -> list[Pixels]:
    """Every picture that a run stores of a page."""
    saliency = np.zeros((40, 60), np.float32)
    traced, image_only = (with_photo(report(folder, read), photo, stored) for read in (True, False))
    return [
        overlay_image(stored_photo(photo, stored, GEOMETRY), recording()),
        saliency_image(stored_photo(photo, stored, None), saliency, CORNERS, "finding"),
        evidence_image(traced),
        evidence_image(image_only),
    ]


@pytest.mark.parametrize("stored", ["redacted", "none"])
def test_no_pixel_of_a_name_survives_in_any_picture(stored: PhotoStored, tmp_path: Path) -> None:
    with_name, without = (pictures(tmp_path, page(name), stored) for name in ("JANE DOE 1950", ""))
    for one, other in zip(with_name, without, strict=True):
        left = one.astype(int) - other.astype(int)
        assert np.abs(left).max() <= SHADE
        assert max(np.abs(np.diff(left, axis=axis)).max() for axis in (0, 1)) <= 1  # no edge of a letter
    whole, nameless = (pictures(tmp_path, page(name), "whole") for name in ("JANE DOE 1950", ""))
    assert min(np.abs(one.astype(int) - other).max() for one, other in zip(whole, nameless, strict=True)) > 60


def test_the_traced_area_is_kept_to_the_pixel() -> None:
    photo = page("JANE DOE")
    kept = traced_area(photo.shape, GEOMETRY)
    shown = stored_photo(photo, "redacted", GEOMETRY)
    assert np.array_equal(shown.pixels[kept], photo.pixels[kept])
    rows = np.flatnonzero(kept[:, 300])
    px_per_mm = 2.0  # 50 points a second at 25 mm/s, a pixel each
    assert rows[0] == pytest.approx(60 - KEPT_MM * px_per_mm, abs=1.5)
    assert kept.mean() < 0.15
    assert not traced_area(photo.shape, None).any()


def test_light_and_paper_stay_without_detail() -> None:
    shown = stored_photo(page("JANE DOE"), "redacted", None).pixels
    assert shown[100, 30].mean() == pytest.approx(247, abs=6)
    assert shown[100, 570].mean() == pytest.approx(193, abs=6)
    assert np.abs(np.diff(shown.astype(int), axis=0)).max() <= 2


def test_a_report_without_a_photo_has_no_picture_and_says_so(tmp_path: Path) -> None:
    plain = report(tmp_path)
    photo = page("JANE DOE", plain.photo.source)
    made = with_photo(plain, photo, "none")
    html = report_html(made, made.result())
    assert "data:image" not in html
    assert "No pixel of the photo is stored" in html
    assert made.result().settings.photo == "none"
    redacted = with_photo(made, photo, "redacted")
    assert "only the surroundings of the traces are stored" in report_html(redacted, redacted.result())
    whole = with_photo(made, photo, "whole")
    assert "The photo is stored in this report" in report_html(whole, whole.result())
