"""Every kind of picture and document, and every way in which one can be wrong."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import doubles
import numpy as np
import pytest
from PIL import Image

from ecgimg.datamodel.page import Photo
from ecgimg.errors import ExitCode, UnreadableInputError, UsageError
from ecgimg.io.images import MAX_PDF_PIXELS, count_pages, read_page
from ecgimg.runs.memory_limit import can_limit_memory
from ecgimg.runs.worker import WorkerPool


def picture(width: int = 60, height: int = 40) -> Image.Image:
    """Red on the left, blue on the right, a dark bar along the top."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2] = (230, 20, 20)
    pixels[:, width // 2 :] = (20, 20, 230)
    pixels[:6] = 10
    return Image.fromarray(pixels)


def looks_right(pixels: np.ndarray) -> bool:
    left, right, top = pixels[-5, 5].astype(int), pixels[-5, -6].astype(int), pixels[2, 30].astype(int)
    return bool(left[0] - left[2] > 150 and right[2] - right[0] > 150 and top.max() < 60)


def all_pages(path: Path) -> list[Photo]:
    return [read_page(path, page) for page in range(1, count_pages(path) + 1)]


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "bmp", "webp", "heic"])
def test_kinds_of_picture(tmp_path: Path, suffix: str) -> None:
    if suffix == "heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
    path = tmp_path / f"page.{suffix}"
    picture(64, 48).save(path)
    photo = read_page(path)
    assert photo.pixels.shape == (48, 64, 3)
    assert looks_right(photo.pixels)
    assert (photo.page, photo.pages, photo.source) == (1, 1, path)


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "really-a-png.jpg"
    picture().save(path, format="PNG")
    assert looks_right(read_page(path).pixels)


@pytest.mark.parametrize(("orientation", "turn"), [(3, 2), (6, 1), (8, 3)])
def test_exif_orientation_is_obeyed(tmp_path: Path, orientation: int, turn: int) -> None:
    stored = Image.fromarray(np.rot90(np.asarray(picture()), turn))
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / "turned.png"
    stored.save(path, exif=exif)
    assert looks_right(read_page(path).pixels)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "YCbCr"])
def test_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("page.tif" if mode in ("CMYK", "YCbCr") else "page.png")
    picture().convert(mode).save(path)
    pixels = read_page(path).pixels
    assert pixels.shape == (40, 60, 3)
    assert pixels[2, 30].max() < 60


def test_transparent_is_white(tmp_path: Path) -> None:
    layer = picture().convert("RGBA")
    layer.putalpha(Image.fromarray(np.where(np.arange(60) < 30, 0, 255).astype(np.uint8)[None].repeat(40, 0)))
    layer.save(tmp_path / "alpha.png")
    pixels = read_page(tmp_path / "alpha.png").pixels
    assert (pixels[:, :30] == 255).all()
    assert pixels[-5, -6, 2] > 200


def test_transparent_colour_of_a_palette_is_white(tmp_path: Path) -> None:
    flat = Image.new("P", (20, 20), 0)
    flat.putpalette([0, 0, 0, 200, 0, 0])
    flat.save(tmp_path / "palette.png", transparency=0)
    assert (read_page(tmp_path / "palette.png").pixels == 255).all()


@pytest.mark.parametrize(("bits", "suffix"), [(16, "png"), (16, "tif"), (12, "tif"), (10, "png")])
def test_deep_grey_keeps_its_range(tmp_path: Path, bits: int, suffix: str) -> None:
    ramp = np.linspace(0, 2**bits - 1, 256).astype(np.uint16)[None].repeat(8, 0)
    Image.fromarray(ramp).save(tmp_path / f"deep.{suffix}")
    pixels = read_page(tmp_path / f"deep.{suffix}").pixels
    assert pixels.shape == (8, 256, 3)
    assert np.abs(pixels[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_float_grey(tmp_path: Path) -> None:
    Image.fromarray(np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(4, 0)).save(tmp_path / "float.tif")
    pixels = read_page(tmp_path / "float.tif").pixels
    assert (pixels[0, 0, 0], pixels[0, -1, 0]) == (0, 255)


def test_tiff_pages_come_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "three.tiff"
    pages = [Image.new("RGB", (30 + k, 20), (k * 50, 0, 0)) for k in range(3)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert count_pages(path) == 3
    assert [(p.page, p.pages, p.pixels.shape[1], int(p.pixels[0, 0, 0])) for p in all_pages(path)] == [
        (1, 3, 30, 0),
        (2, 3, 31, 50),
        (3, 3, 32, 100),
    ]
    second = read_page(path, 5)
    assert (second.page, second.ecg, second.other_page, second.pixels.shape[1]) == (5, 2, 2, 31)
    with pytest.raises(UsageError, match="no page 7"):
        read_page(path, 7)


def test_further_frames_of_an_animation_are_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "moving.webp"
    picture().save(path, save_all=True, append_images=[Image.new("RGB", (60, 40))], duration=100)
    assert count_pages(path) == 1


def test_pdf_pages(tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    picture(600, 400).save(path, resolution=100, save_all=True, append_images=[Image.new("RGB", (600, 400), "white")])
    assert count_pages(path) == 2
    first, second = all_pages(path)
    assert first.pixels.shape[:2] == pytest.approx((1200, 1800), abs=1)  # 6 x 4 inches at 300 dpi
    assert first.pixels[-5, 5, 0] > 200
    assert first.pixels[-5, -6, 2] > 200
    assert (second.page, second.pixels.min()) == (2, 255)


def test_a_huge_pdf_page_is_drawn_more_coarsely(tmp_path: Path) -> None:
    path = tmp_path / "poster.pdf"
    Image.new("RGB", (400, 200), "white").save(path, resolution=4)  # 100 x 50 inches
    height, width, _ = read_page(path).pixels.shape
    assert width == pytest.approx(2 * height, rel=0.01)
    assert width * height <= MAX_PDF_PIXELS * 1.01


def refused(path: Path) -> str:
    """The one line that a file is refused with, the same whether it is only counted or decoded."""
    with pytest.raises(UnreadableInputError) as told:
        read_page(path)
    text = str(told.value)
    assert told.value.exit_code == ExitCode.UNREADABLE_INPUT
    assert path.name in text
    assert "\n" not in text
    return text


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "nothing.jpg")
    assert "folder" in refused(tmp_path)


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    assert "is empty" in refused(tmp_path / "empty.png")


def test_text_called_jpg(tmp_path: Path) -> None:
    (tmp_path / "letter.jpg").write_text("Dear colleague, please find the ECG attached.\n")
    assert "text file" in refused(tmp_path / "letter.jpg")


def test_office_file(tmp_path: Path) -> None:
    (tmp_path / "report.png").write_bytes(b"PK\3\4" + bytes(200))
    assert "Office" in refused(tmp_path / "report.png")


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "pdf"])
def test_truncated_file(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    whole, path = tmp_path / f"whole.{suffix}", tmp_path / f"cut.{suffix}"
    Image.fromarray(noise).save(whole)
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    assert "damaged or cut short" in refused(path)


def test_only_a_header(tmp_path: Path) -> None:
    (tmp_path / "head.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    assert "damaged" in refused(tmp_path / "head.jpg")


@pytest.mark.parametrize("side", [13_500, 30_000])
def test_too_many_pixels_are_refused_by_the_header(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_of_zeros(side, side))
    with pytest.raises(UnreadableInputError, match="million pixels"):
        count_pages(path)
    assert "pixels" in refused(path)


def test_password_protected_pdf(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(locked_pdf())
    assert "password" in refused(path)


def png_of_zeros(width: int, height: int) -> bytes:
    """A PNG's header and too little data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def locked_pdf() -> bytes:
    """A PDF whose user password is unknown: 40-bit encryption with a random hash."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>",
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"5a" * 32 + b"> /U <" + b"a5" * 32 + b"> >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, data in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [<00> <00>] >>"
    start = len(body)
    return (
        body + b"xref\n0 5\n0000000000 65535 f \n" + table + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)
    )


@pytest.mark.skipif(not can_limit_memory(), reason="this system has no limit of memory")
@pytest.mark.slow
@pytest.mark.parametrize(("mode", "suffix"), [("RGB", "jpg"), ("RGBA", "png")])
def test_decoding_makes_no_needless_copies(tmp_path: Path, mode: str, suffix: str) -> None:
    path = tmp_path / f"large.{suffix}"
    Image.new(mode, (6000, 4000), 255).save(path, **({"compress_level": 1} if suffix == "png" else {}))
    with WorkerPool(1, 60.0, max_memory=0.5) as workers:  # 4 bytes a pixel for Pillow, 3 for the pixels: 0.17 GB
        assert workers.submit(doubles.read_shape, str(path)).result(60) == "(4000, 6000, 3)"


def test_a_jpeg_of_hundreds_of_scans_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scans.jpg"
    picture().save(path, progressive=True)
    assert looks_right(read_page(path).pixels)
    data = path.read_bytes()
    path.write_bytes(data[:-2] + b"\xff\xda" * 101 + data[-2:])
    assert "scans" in refused(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    assert "a pipe" in refused(tmp_path / "a.jpg")


def test_big_endian_deep_grey(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256).astype(">u2")[None].repeat(8, 0)
    Image.frombytes("I;16B", (256, 8), ramp.tobytes()).save(tmp_path / "deep.tif")
    assert np.abs(read_page(tmp_path / "deep.tif").pixels[0, :, 0].astype(int) - np.arange(256)).max() <= 1
