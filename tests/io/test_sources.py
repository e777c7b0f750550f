"""Everything that a caller may give as a page, and what is none."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ecgimg.errors import ExitCode, UnreadableInputError, UsageError
from ecgimg.io.files import hash_file
from ecgimg.io.sources import read_source, source_name


@pytest.fixture
def png(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(0).integers(0, 255, (30, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "page.png")
    return tmp_path / "page.png"


def test_the_same_page_from_everywhere(png: Path) -> None:
    data, picture = png.read_bytes(), Image.open(png)
    pixels = np.asarray(picture)
    named = {"path": png, "text": str(png), "bytes": data, "bytearray": bytearray(data), "view": memoryview(data)}
    for source in (*named.values(), io.BytesIO(data), picture, pixels, pixels[:, ::-1][:, ::-1]):
        assert np.array_equal(read_source(source).pixels, pixels), type(source)
    with png.open("rb") as file:
        assert read_source(file).sha256 == hash_file(png) == read_source(png).sha256 == read_source(data).sha256
    assert read_source(picture).sha256 == read_source(pixels).sha256 != hash_file(png)
    assert read_source(data).source.name == "<bytes>"
    assert (source_name(png), source_name(data)) == ("page", "ecg")


def test_a_document_in_memory(tmp_path: Path) -> None:
    for name in ("three.pdf", "three.tif"):
        pages = [Image.new("RGB", (30 + k, 20), (k * 50, 0, 0)) for k in range(3)]
        pages[0].save(tmp_path / name, save_all=True, append_images=pages[1:])
        photo = read_source((tmp_path / name).read_bytes(), 2)
        assert (photo.page, photo.pages) == (2, 3)
        with pytest.raises(UsageError, match="<bytes> has no page 7"):
            read_source((tmp_path / name).read_bytes(), 7)


def test_pictures_and_arrays_of_other_kinds(png: Path) -> None:
    turned = Image.open(png)
    turned.getexif()[274] = 6
    assert read_source(turned).pixels.shape == (40, 30, 3)
    assert turned.size == (40, 30)  # it stays as it was
    clear = np.zeros((5, 6, 4), np.uint8)
    assert (read_source(clear).pixels == 255).all()
    assert read_source(np.full((5, 6), 7, np.uint8)).pixels.shape == (5, 6, 3)
    assert read_source(Image.new("1", (6, 5), 1)).pixels.min() == 255


@pytest.mark.parametrize(
    "source",
    [
        5,
        None,
        ["photo.jpg"],
        object(),
        io.StringIO("text"),
        np.zeros((4, 4, 3)),
        np.zeros((3, 4, 4), np.uint8)[..., :2],
        np.zeros((0, 4), np.uint8),
        np.zeros((2, 4, 4, 3), np.uint8),
    ],
    ids=["number", "None", "list", "object", "text file", "doubles", "two channels", "no rows", "four axes"],
)
def test_what_is_no_page(source: object) -> None:
    with pytest.raises(UsageError) as refused:
        read_source(source)
    assert refused.value.exit_code == ExitCode.USAGE
    assert "\n" not in str(refused.value)
    assert "array" in str(refused.value) or "'rb'" in str(refused.value)


def test_a_closed_file_and_content_that_is_no_picture(png: Path) -> None:
    with png.open("rb") as file:
        pass
    with pytest.raises(UsageError, match="closed file"):
        read_source(file)
    with pytest.raises(UnreadableInputError, match="<bytes> is a text file"):
        read_source(b"photo.jpg")
    with pytest.raises(UnreadableInputError, match="<bytes> is empty"):
        read_source(b"")
    with pytest.raises(UnreadableInputError, match="<bytes> is damaged"):
        read_source(png.read_bytes()[:500])


@pytest.mark.parametrize("page", [0, -1, 3, "1", None, 1.0])
def test_pages_that_are_not_there(png: Path, page: object) -> None:
    for source in (png, png.read_bytes(), Image.open(png)):
        with pytest.raises(UsageError, match="has no page"):
            read_source(source, page)
