"""Tables and files of the chain's benchmark, and the section of the README."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_benches import chain_pages

from ecgimg.bench.chain.report import BEGIN, END, markdown, summary, write_all, write_readme
from ecgimg.bench.chain.scores import ChainBench, score_chain
from ecgimg.errors import UsageError


@pytest.fixture(scope="module")
def bench() -> ChainBench:
    return score_chain(chain_pages(), 9, n_draws=100)


def test_tables_and_files(bench: ChainBench, tmp_path: Path) -> None:
    text = markdown(bench)
    assert {s.name for s in bench.layouts} == {"photo, 3x4", "photo, 6x2"}
    assert "| photo | 240 (120) | 10.0%" in text
    assert "5 superclasses (1 of them)" in text
    assert "nan" not in text
    path = write_all(bench, tmp_path)
    assert path.read_text() == text
    assert json.loads((tmp_path / "chain.json").read_text())["presets"][0]["refused"] == pytest.approx(0.1)
    assert {p.name for p in tmp_path.glob("*.png")} == {"chain_layouts.png", "chain_classes.png"}


def test_the_readme_is_written_between_its_markers(bench: ChainBench, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nformer words\n{END}\nafter\n")
    write_readme(bench, readme)
    write_readme(bench, readme)
    text = readme.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert text.count(summary(bench)) == 1
    assert "former words" not in text
    readme.write_text("no markers")
    with pytest.raises(UsageError, match="no lines"):
        write_readme(bench, readme)
