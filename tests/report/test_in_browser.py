"""The report in a real Chromium: no fault for assistive technology, no sideways scrolling, A4 in true size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from made_reports import report

from ecgimg.report.build import ECG_HEIGHT_MM
from ecgimg.report.html import write_html

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
]
PHONE, DESK = (390, 844), (1280, 900)


@pytest.fixture(scope="module")
def page_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    made = report(folder)
    return write_html(made, made.result(), folder / "page.html", "de").as_uri()


def opened(browser: Any, url: str, size: tuple[int, int], scheme: str = "light") -> Any:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.goto(url)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK])
def test_axe_finds_no_fault(browser: Any, page_url: str, size: tuple[int, int], scheme: str) -> None:
    page = opened(browser, page_url, size, scheme)
    found = axe.Axe().run(page).response["violations"]
    page.close()
    assert [(one["id"], one["impact"]) for one in found] == []


def test_a_phone_shows_all_answers_first_and_never_scrolls_text_sideways(browser: Any, page_url: str) -> None:
    page = opened(browser, page_url, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    for name in ("conclusion", "figures", "findings", "notes"):
        box = page.locator(f".{name}").first.bounding_box()
        assert box["y"] + box["height"] < PHONE[1], name
    sizes = page.evaluate(
        "[...document.querySelectorAll('p, li, dt, dd, td, th, small, span')].filter(e => e.innerText.trim())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 12
    page.close()


def test_the_ecg_has_its_true_size_on_a_screen_and_on_paper(browser: Any, page_url: str, tmp_path: Path) -> None:
    import pypdfium2

    page = opened(browser, page_url, DESK)
    height = page.locator("svg.ecg").bounding_box()["height"]
    assert height == pytest.approx(ECG_HEIGHT_MM * 96 / 25.4, abs=1)
    path = tmp_path / "print.pdf"
    page.pdf(path=path, prefer_css_page_size=True)
    page.close()
    printed = pypdfium2.PdfDocument(path)
    assert len(printed) == 2
    text = [printed[k].get_textpage().get_text_range() for k in range(2)]
    assert "Vorhofflimmern" in text[0]
    assert "Messwerte" in text[1]
    letters = printed[0].get_textpage()
    left = letters.get_charbox(text[0].index("aVR"))[0]
    at = text[0].index("V1", text[0].index("aVR"))
    distance_mm = (letters.get_charbox(at)[0] - left) * 25.4 / 72
    assert distance_mm == pytest.approx(62.5, abs=1), "2.5 s are 62.5 mm"
