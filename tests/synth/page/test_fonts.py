from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgimg.synth.page import fonts
from ecgimg.synth.page.fonts import (
    PACKAGED,
    font_files,
    plain_font,
    printed_fonts,
    rotated_mask,
    script_fonts,
    text_mask,
)


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither matplotlib nor a font of the system."""
    monkeypatch.setattr(fonts, "find_spec", lambda name: None)
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", (str(tmp_path / "nowhere"),))
    monkeypatch.setenv("HOME", str(tmp_path))
    for cached in (font_files, printed_fonts, script_fonts):
        monkeypatch.setattr(fonts, cached.__name__, cached.__wrapped__)


def test_the_plain_font_comes_with_the_package() -> None:
    assert plain_font() == PACKAGED / "DejaVuSans.ttf"
    assert plain_font().is_file()
    assert (PACKAGED / "LICENSE_DEJAVU").is_file()
    assert plain_font() in font_files()


@pytest.mark.usefixtures("bare_machine")
def test_a_machine_without_fonts_prints_with_those_of_the_package() -> None:
    names = {"DejaVuSans.ttf", "DejaVuSans-Bold.ttf"}
    assert {path.name for path in fonts.font_files()} == names
    assert {path.name for path in fonts.printed_fonts()} == names
    assert {path.name for path in fonts.script_fonts()} == names


def test_no_printed_font_is_a_script_or_an_italic() -> None:
    names = [path.name for path in printed_fonts()]
    assert len(set(names)) == len(names)
    assert not [name for name in names if "Italic" in name or "Oblique" in name or "script" in name.lower()]


def test_a_mask_is_about_as_large_as_its_ink() -> None:
    mask = text_mask(plain_font(), 24, "aVR")
    assert mask.dtype == np.uint8
    for axis in (0, 1):
        inked = np.flatnonzero(mask.any(axis=axis))
        assert inked[-1] - inked[0] + 1 >= mask.shape[1 - axis] - 2
    assert text_mask(plain_font(), 48, "aVR").shape[0] == pytest.approx(2 * mask.shape[0], abs=2)
    assert text_mask(plain_font(), 24, "").shape == (1, 1)


def test_a_quarter_rotation_swaps_the_sides_and_keeps_the_ink() -> None:
    upright = text_mask(plain_font(), 24, "10 mm/mV")
    rotated = rotated_mask(plain_font(), 24, "10 mm/mV", 90.0)
    assert rotated.shape == pytest.approx(upright.shape[::-1], abs=2)
    assert rotated.sum() == pytest.approx(upright.sum(), rel=0.02)
