"""What the pages of the documentation name is there: links, files, modules, and their place in the site."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CARDS = sorted((ROOT / "ecgimg/networks/weights").glob("*.md"))
TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES = [*TOP, *sorted(DOCS.rglob("*.md")), *CARDS]
TODAYS = [page for page in PAGES if page.parent.name != "howto" and page.name != "CHANGELOG.md"]
"""Pages that name only what exists: a how-to invents files, the changelog names old ones."""
SCHEMA = re.compile(r"ecgimg/(page|recording|aligned|report|measure|complete|screen|corrections|unfinished)/\d")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", TODAYS, ids=name)
def test_named_files_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    paths = re.findall(r"`((?:ecgimg|synth|docs|tests|layouts|examples)/[\w.+/-]+)[`:]", text)
    missing = {path for path in paths if "NAME" not in path and not SCHEMA.fullmatch(path) and not _exists(path)}
    assert missing == set()


@pytest.mark.parametrize("page", TODAYS, ids=name)
def test_named_modules_exist(page: Path) -> None:
    named = re.findall(r"(?:from|import|`)\s*(ecgimg(?:\.[a-z_]+)+)", page.read_text(encoding="utf-8"))
    assert {module for module in named if not _is_module_or_member(module)} == set()


def test_every_page_is_in_the_navigation() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = set(re.findall(r"[\w/-]+\.md", str(site["nav"])))
    assert listed == {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}


def test_the_site_loads_nothing_from_outside() -> None:
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert site["theme"]["font"] is False
    assert not {"extra", "extra_css", "extra_javascript"} & set(site)


def _exists(path: str) -> bool:
    return (ROOT / path).exists() or bool(list(ROOT.glob(path)))


def _is_module_or_member(dotted: str) -> bool:
    """Whether a module is found under a name, or under the name without its last part, a function's for instance."""
    for one in (dotted, dotted.rpartition(".")[0]):
        try:
            if find_spec(one) is not None:
                return True
        except ModuleNotFoundError:
            continue
    return False
