"""index.html: what needs a look comes first, links are relative, and nothing in a name becomes markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ecgimg.runs.index import doubt, index_html
from ecgimg.runs.summary import COLUMNS


def row(name: str, status: str = "ok", confidence: str = "0.9", command: str = "digitize", **given: str) -> dict:
    cells = {"command": command, "name": name, "input": f"{name}.png", "page": "1", "status": status}
    return dict.fromkeys(COLUMNS, "") | cells | {"confidence": confidence} | given


class Tags(HTMLParser):
    """Collects links and elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_what_is_in_doubt_comes_first() -> None:
    rows = [
        row("sure", confidence="0.99"), row("low", confidence="0.41"), row("refused", "refused", ""),
        row("failed", "failed", ""), row("image", confidence=""),
    ]  # fmt: skip
    assert [r["name"] for r in sorted(rows, key=doubt)] == ["failed", "refused", "image", "low", "sure"]
    names = re.findall(r"<h2>.*?(failed|refused|image|low|sure)(?:</a>)? ?(?:<b>|</h2>)", index_html(rows, Path("out")))
    assert names == ["failed", "refused", "image", "low", "sure"]


def test_a_card_has_picture_scales_warnings_and_findings() -> None:
    seen = row("a", paper_speed="25", paper_speed_from="assumed", gain="10", gain_from="pulse", layout="3x4",
               warnings="V3 is short", likely="Atrial fibrillation 0.92")  # fmt: skip
    text = index_html([seen], Path("out"))
    assert '<img src="./a.overlay.thumb.jpg" loading="lazy"' in text
    for part in ("25 mm/s (assumed), 10 mm/mV (pulse)", "V3 is short", "Atrial fibrillation 0.92", "<b>0.90</b>"):
        assert part in text
    assert "class=look" in text
    assert "class=look" not in index_html([row("a")], Path("out"))


@pytest.mark.parametrize(
    ("command", "links"),
    [
        ("digitize", ["./a.json", "./a.overlay.png", "./a.overlay.thumb.jpg"]),
        ("diagnose", ["./a.report.html", "./a.report.html", "./a.report.thumb.jpg"]),
        ("screen", ["./a.screen.json", "./a.screen.png", "./a.screen.thumb.jpg"]),
    ],
)
def test_each_command_has_its_files(command: str, links: list[str]) -> None:
    assert Tags(index_html([row("a", command=command)], Path("out"))).links == [*links, "../a.png"]


def test_a_page_without_a_result_has_a_link_to_its_input_alone() -> None:
    assert Tags(index_html([row("a", "refused", "", reason="no grid")], Path("out"))).links == ["../a.png"]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a b#c?d%20", "javascript:alert(1)", "ü'&"]
)
def test_names_are_text(name: str) -> None:
    hostile = row(name, input=f"http://example.com/{name}", warnings=name, reason=name, layout=name, likely=name)
    tags = Tags(index_html([hostile], Path("out")))
    assert "script" not in tags.tags
    assert tags.tags.count("img") == 1
    assert all(link.startswith(("./", "../")) for link in tags.links)
    assert not any(set(' <>"#?') & set(link) for link in tags.links)


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = index_html([row("a")], Path("out"))
    assert "http" not in text
    assert "<script" not in text
    assert "url(" not in text


@pytest.mark.parametrize("place", ["https://a.org/x.png", "s3://b/x.png", "javascript://x%0aalert(1)"])
def test_an_input_by_uri_is_no_link(place: str) -> None:
    assert Tags(index_html([row("a", "refused", "", input=place)], Path("out"))).links == []
