"""The command `ecgimg` as a user meets it: exit codes, one clear line for each bad input, files."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click
import cv2
import numpy as np
import pytest
import yaml
from PIL import Image
from typer.main import get_command
from typer.testing import CliRunner

from ecgimg import __file__ as package
from ecgimg import __version__
from ecgimg.bench.common.signal_metrics import fit_page
from ecgimg.cli.app import app
from ecgimg.datamodel.arrays import Floats
from ecgimg.datamodel.leads import LEADS
from ecgimg.layouts import layout_ids, load_layout
from ecgimg.options import RunOptions
from ecgimg.recording.read import read_recording
from ecgimg.runs import memory_limit

COMMAND = [sys.executable, "-m", "ecgimg"]


def ecgimg(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in a fresh process."""
    env = {**os.environ, "COLUMNS": "120", **environment}
    return subprocess.run([*COMMAND, *map(str, words)], capture_output=True, text=True, check=False, env=env)


def in_process(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stdout, done.stderr


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "summary.csv").open(newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def cat(path: Path) -> Path:
    """Something furry with two ears and no grid."""
    rng = np.random.default_rng(0)
    image = cv2.GaussianBlur(rng.integers(0, 255, (500, 700, 3), dtype=np.uint8), (0, 0), 3)
    cv2.ellipse(image, (350, 280), (160, 140), 0, 0, 360, (120, 150, 190), -1)
    for x in (250, 450):
        cv2.fillPoly(image, [np.array([[x - 50, 200], [x, 60], [x + 50, 200]])], (100, 130, 170))
        cv2.circle(image, (x + (350 - x) // 2, 250), 22, (20, 200, 60), -1)
    cv2.imwrite(str(path), cv2.add(image, rng.normal(0, 9, image.shape).astype(np.int8).clip(0).astype(np.uint8)))
    return path


def test_version_and_help() -> None:
    assert in_process("--version")[:2] == in_process("-V")[:2] == (0, f"ecgimg {__version__}\n")
    done = ecgimg("digitize", "--help")
    assert done.returncode == 0
    for word in ("--layout", "--paper-speed", "--gain", "--format", "--jobs", "--force", "--quiet", "--verbose"):
        assert word in done.stdout
    assert "130 interrupted" in " ".join(done.stdout.split())


def test_help_is_quick() -> None:
    ecgimg("--help")
    before = os.times()
    ecgimg("--help")
    after = os.times()
    # Processor time, since tests may run beside others; with nothing else to do the command takes just as long.
    assert after.children_user + after.children_system - before.children_user - before.children_system < 0.5


def test_layouts_are_listed_and_shown() -> None:
    code, out, _ = in_process("layouts", "list")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} == set(layout_ids())
    code, out, _ = in_process("layouts", "show", "6x2+1R")
    assert yaml.safe_load(out)["rhythm"] == ["II"]


def test_doctor_and_schema() -> None:
    code, out, _ = in_process("doctor")
    assert code == 0, out
    assert re.search(r"^(ok|note) +tesseract ", out, re.MULTILINE)
    code, out, _ = in_process("json-schema")
    assert "paper_speed" in json.loads(out)["properties"]


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["digitize"],
        ["digitize", "x.jpg"],
        ["digitize", "-o", "out"],
        ["digitize", "x.jpg", "-o", "s3://bucket/out"],
        ["digitize", "x.jpg", "-o", "out", "--dask", "local:2"],
        ["digitize", "x.jpg", "-o", "out", "--store", "parquet", "--force"],
        ["digitize", "x.jpg", "-o", "out", "--store", "parquet", "--dask", "local:0"],
        ["digitize", "x.jpg", "-o", "out", "--jobs", "many"],
        ["digitize", "x.jpg", "-o", "out", "--jobs", "0"],
        *(["digitize", "x.jpg", "-o", "out", "--timeout", value] for value in ("0", "-1", "inf", "nan", "1e12")),
        ["digitize", "x.jpg", "-o", "out", "--layout", "5x5"],
        ["digitize", "x.jpg", "-o", "out", "--gain", "7"],
        ["digitize", "x.jpg", "-o", "out", "--format", "docx"],
        ["digitize", "x.jpg", "-o", "out", "--fill", "mean"],
        ["digitize", "x.jpg", "-o", "out", "--birth-date", "soon"],
        ["layouts", "show", "5x5"],
    ],
)
def test_usage_errors(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = in_process(*words)
    assert (code, out) == (2, "")
    assert err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_an_empty_folder(tmp_path: Path) -> None:
    code, out, err = in_process("digitize", tmp_path, "-o", tmp_path / "out")
    assert (code, out) == (3, "")
    assert "no picture or PDF" in err


def test_an_output_folder_that_cannot_be(tmp_path: Path, plain_png: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = in_process("digitize", plain_png, "-o", tmp_path / "file")
    assert code == 5
    assert len(err.splitlines()) == 1
    assert "another output folder" in err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_without_the_right_to_write(tmp_path: Path, plain_png: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    assert in_process("digitize", plain_png, "-o", tmp_path / "locked")[0] == 5


@pytest.mark.slow
def test_one_page_end_to_end(tmp_path: Path, plain_png: Path, plain_page: object) -> None:
    out = tmp_path / "out"
    done = ecgimg("digitize", plain_png, "-o", out, "--format", "wfdb", "--format", "csv")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert re.match(r"ok  plain  3x4\+1R, confidence [01]\.\d\d, ", done.stderr)
    assert {p.name for p in out.iterdir()} == {
        *(f"plain{suffix}" for suffix in (".json", ".hea", ".dat", ".csv", ".overlay.png", ".overlay.thumb.jpg")),
        *("summary.csv", "index.html"),
    }
    recording, truth = read_recording(out / "plain"), plain_page.truth
    assert recording.signals.shape == (12, 5000)
    for lead, start, end in (("I", 0, 2.5), ("II", 0, 10), ("aVF", 2.5, 5), ("V3", 5, 7.5), ("V6", 7.5, 10)):
        assert recording.interval(lead) == pytest.approx((start, end), abs=0.15), lead
    assert fit_page(printed_only(truth), recording.signals, 500.0).db > 9
    table = read_recording(out / "plain.csv")
    np.testing.assert_allclose(table.signals, recording.signals, atol=0.001)
    overlay = np.asarray(Image.open(out / "plain.overlay.png"))
    assert overlay.shape[2] == 3
    result = json.loads((out / "plain.json").read_text())
    assert (result["layout"]["id"], result["paper_speed"]["value"], result["gain"]["value"]) == ("3x4+1R", 25, 10)
    assert result["geometry"]["px_per_mm"] == pytest.approx(6.0, rel=0.01)
    assert rows(out)["plain"]["status"] == "ok"


def printed_only(truth: Floats) -> Floats:
    """What a page of 3x4+1R shows of a recording."""
    shown = np.full_like(truth, np.nan)
    for cell in (*load_layout("3x4+1R").cells, *load_layout("3x4+1R").strips):
        window = slice(round(cell.start * 500), round((cell.start + cell.seconds) * 500))
        shown[LEADS.index(cell.lead), window] = truth[LEADS.index(cell.lead), window]
    return shown


@pytest.mark.slow
def test_bad_pages_each_get_one_line_and_the_others_go_on(tmp_path: Path, plain_png: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "empty.jpg").touch()
    (bad / "letter.jpg").write_text("Dear colleague,\n")
    (bad / "cut.png").write_bytes(plain_png.read_bytes()[:30_000])
    cat(bad / "cat.jpg")
    Image.new("RGB", (1700, 1200), "white").save(bad / "blank.png")
    Image.open(plain_png).save(bad / "plain.tif")
    out = tmp_path / "out"
    done = ecgimg("digitize", bad, plain_png, tmp_path / "missing.jpg", "-o", out, "--jobs", 2)
    assert done.returncode == 8, done.stderr
    assert "Traceback" not in done.stderr
    table = rows(out)
    good = {name for name, row in table.items() if row["status"] == "ok"}
    assert len(good) == 2
    assert "plain" in good
    assert "same stem" in done.stderr
    told = {name: (row["status"], row["reason"]) for name, row in table.items() if name not in good}
    assert {name: status for name, (status, _) in told.items()} == {
        "empty": "failed",
        "letter": "failed",
        "cut": "failed",
        "missing": "failed",
        "cat": "refused",
        "blank": "refused",
    }
    for name, (_, reason) in told.items():
        lines = [line for line in done.stderr.splitlines() if re.match(rf"(failed|refused)  {name}  ", line)]
        assert len(lines) == 1
        assert re.fullmatch(r"(\w+: )?.+; .+", reason)  # where it is no refusal, what, and what to try
    assert not list(out.glob(".*"))
    assert {p.name.split(".")[0] for p in out.glob("*.hea")} == good


@pytest.mark.slow
def test_a_single_bad_page_sets_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "letter.jpg").write_text("Dear colleague,\n")
    assert in_process("digitize", tmp_path / "letter.jpg", "-o", tmp_path / "out")[0] == 3
    done = ecgimg("digitize", cat(tmp_path / "cat.png"), "-o", tmp_path / "out", "--quiet")
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_missing_weights_are_told_in_one_line(tmp_path: Path, plain_png: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(Path(package).parent, broken / "ecgimg", ignore=shutil.ignore_patterns("*.onnx", "__pycache__"))
    done = ecgimg("digitize", plain_png, "-o", tmp_path / "out", "--quiet", PYTHONPATH=str(broken), PYTHONSAFEPATH="1")
    assert done.returncode == 6
    assert re.search(r"weights: \S+\.onnx is missing; ", done.stderr)
    assert len(done.stderr.splitlines()) == 1
    assert not list((tmp_path / "out").glob("*.hea"))


@pytest.mark.slow
def test_half_a_page_is_refused_or_tells_what_is_missing(tmp_path: Path, plain_png: Path) -> None:
    page = Image.open(plain_png)
    page.crop((0, 0, page.width // 2, page.height)).save(tmp_path / "left.png")
    page.crop((0, 0, page.width, page.height // 2)).save(tmp_path / "top.png")
    out = tmp_path / "out"
    ecgimg("digitize", tmp_path / "left.png", tmp_path / "top.png", "-o", out)
    for name, row in rows(out).items():
        if row["status"] == "ok":  # then nothing may be claimed of what was cut off
            assert read_recording(out / name).interval("V6") is None
        else:
            assert row["status"] == "refused"
            assert re.search(r"rows|mm|cut off|strip|leads", row["reason"])


@pytest.mark.slow
def test_a_page_that_takes_too_long(tmp_path: Path, plain_png: Path) -> None:
    done = ecgimg("digitize", plain_png, "-o", tmp_path, "--timeout", "0.05")
    assert done.returncode == 7
    assert "given up after 0.05 s" in done.stderr
    assert "raise --timeout" in done.stderr


@pytest.mark.slow
def test_quiet_says_nothing_of_good_pages_and_done_ones_are_skipped(tmp_path: Path, plain_png: Path) -> None:
    first = ecgimg("digitize", plain_png, "-o", tmp_path, "-q")
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    again = ecgimg("digitize", plain_png, "-o", tmp_path)
    assert again.returncode == 0
    assert "1 of them done before" in again.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c(tmp_path: Path, plain_png: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for k in range(12):
        (pages / f"{k:02}.png").write_bytes(plain_png.read_bytes() + bytes(k))
    out = tmp_path / "out"
    run = subprocess.Popen(
        [*COMMAND, "digitize", str(pages), "-o", str(out)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    assert run.stderr is not None
    first = run.stderr.readline()
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to the parent and its workers
    rest = run.stderr.read()
    assert run.wait() == 130
    assert first.startswith("ok")
    assert "interrupted" in rest
    assert "Traceback" not in rest
    done = {name for name, row in rows(out).items() if row["status"] == "ok"}
    assert done
    assert not list(out.glob(".*"))
    for header in out.glob("*.hea"):
        assert read_recording(header).signals.shape == (12, 5000)
    assert done <= {header.stem for header in out.glob("*.hea")}


def commands(group: click.Group, path: str = "") -> dict[str, list[click.Parameter]]:
    """The parameters of each command."""
    found: dict[str, list[click.Parameter]] = {}
    for name, one in group.commands.items():
        found |= commands(one, f"{path}{name} ") if hasattr(one, "commands") else {f"{path}{name}": one.params}
    return found


def test_an_option_has_the_same_name_everywhere() -> None:
    options = {command: [p.opts for p in found] for command, found in commands(get_command(app)).items()}  # type: ignore[arg-type]
    names = {command: {word for words in found for word in words} for command, found in options.items()}
    assert {f"--{name.replace('_', '-')}" for name in RunOptions.model_fields} <= names["digitize"] | names["diagnose"]
    pairs = {tuple(words) for found in options.values() for words in found if len(words) > 1}
    assert {pair for pair in pairs if pair[0] != "-n"} == {
        *(("-j", "--jobs"), ("-o", "--out"), ("-q", "--quiet"), ("-v", "--verbose"))
    }
    assert all("-j" in found for found in names.values() if "--jobs" in found)
    assert not {"--n", "--presets", "--formats"} & set().union(*names.values())


def test_a_variable_that_no_option_has_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "letter.jpg").write_text("Dear colleague,\n")
    monkeypatch.setenv("ECGIMG_TIMEOTU", "9")
    code, _, err = in_process("digitize", tmp_path / "letter.jpg", "-o", tmp_path / "out")
    assert code == 3
    assert "warning: ECGIMG_TIMEOTU is set and has no effect; did you mean ECGIMG_TIMEOUT?" in err


def test_memory_that_can_not_be_limited_is_said_where_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter.jpg").write_text("Dear colleague,\n")
    monkeypatch.setattr(memory_limit, "can_limit_memory", lambda: False)
    words = ("digitize", tmp_path / "letter.jpg", "-o", tmp_path / "out")
    assert "--max-memory" not in in_process(*words)[2]
    assert "--max-memory has no effect" in in_process(*words, "--max-memory", 2)[2]


ABSENT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "wfdb", "matplotlib", "timm"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from ecgimg.cli.app import main
main()
"""


@pytest.mark.parametrize("words", ["train patchecg --data ptbxl:x -o out", "train trace --data ptbxl:x -o out"])
def test_a_command_without_its_extra(words: str, tmp_path: Path) -> None:
    run = [sys.executable, "-c", ABSENT, *words.split()]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (6, "")
    assert re.fullmatch(r"ecgimg: this command needs the package \w+; pip install 'ecgimg\[\w+\]'\n", done.stderr)
