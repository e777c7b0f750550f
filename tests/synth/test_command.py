from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from ecgimg.cli.app import app
from ecgimg.synth.page.vendor import vendor_names
from ecgimg.synth.signals.sources import GENERATED_NOTE


def test_synth_writes_a_set_and_says_where(tmp_path: Path) -> None:
    recipe = tmp_path / "tiny.yaml"
    recipe.write_text("name: tiny\npage: {px_per_mm: [3, 3]}\n")
    out = tmp_path / "out"
    options = ["synth", "-o", str(out), "-n", "2", "--preset", str(recipe), "--layout", "3x4:1,6x2:1", "--seed", "4"]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 0
    assert done.stdout.strip() == str(out / "contact.png")
    assert sorted(p.suffix for p in (out / "pages").iterdir()) == sorted([".dat", ".hea", ".json", ".npz", ".png"] * 2)


def test_synth_refuses_in_one_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["synth", "-o", str(tmp_path / "out"), "--layout", "9x9"])
    assert done.exit_code == 2
    assert "there is no layout '9x9'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_generated_pages_say_so_and_what_was_requested(tmp_path: Path) -> None:
    out = tmp_path / "out"
    text = "atrial fibrillation, rate 130. Brugada pattern"
    options = ["-o", str(out), "-n", "1", "--preset", "clean", "--source", "generate", "--text", text, "--sex", "M"]
    done = CliRunner().invoke(app, ["synth", *options])
    assert done.exit_code == 0
    assert "requested: AFIB (Atrial fibrillation), rate 130/min, male\n" in done.stderr
    assert "not understood: brugada pattern\n" in done.stderr
    record = json.loads((out / "pages" / "000000.json").read_text())["record"]
    assert record["generated"]
    assert record["notes"] == [GENERATED_NOTE]
    assert (record["labels"], record["sex"]) == (["AFIB"], "M")
    assert GENERATED_NOTE in (out / "pages" / "000000.hea").read_text()


def test_contradictions_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    options = ["synth", "-o", str(tmp_path / "out"), "--source", "generate", "--statements", "SR,AFIB"]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 2
    assert "SR and AFIB exclude each other" in done.stderr
    done = CliRunner().invoke(app, ["synth", "-o", str(tmp_path / "out"), "--rate", "70"])
    assert done.exit_code == 2
    assert "the source 'sim' takes no request" in done.stderr
    assert not (tmp_path / "out").exists()


def test_styles_are_listed_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    listed = CliRunner().invoke(app, ["styles", "list"])
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(vendor_names())
    done = CliRunner().invoke(app, ["synth", "-o", str(tmp_path / "out"), "--style", "typewriter"])
    assert done.exit_code == 2
    assert "there is no style 'typewriter'" in done.stderr
    assert not (tmp_path / "out").exists()
