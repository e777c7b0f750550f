"""YAML of users: what may be written is read, and everything else is one line, soon."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from ecgimg.errors import EcgimgError, UsageError
from ecgimg.io.yaml_file import C, read_yaml, read_yaml_mapping
from ecgimg.layouts import load_layout
from ecgimg.options import RunOptions
from ecgimg.synth.recipe import load_recipe

GOOD = "id: mine\ntitle: my format\nrows: [[I, II, III], [aVR, aVL, aVF]]\ncolumn_seconds: 3\nrhythm: [II]\n"
READERS: tuple[Callable[[Path], object], ...] = (
    load_layout,
    load_recipe,
    lambda path: RunOptions.read(config=path),
)
deep = "[" * 2000 + "]" * 2000
merge = "m0: &m0 {a: 1}\n" + "".join(f"m{k}: &m{k} {{<<: [{', '.join([f'*m{k - 1}'] * 9)}]}}\n" for k in range(1, 12))


def parsed(tmp_path: Path, text: str) -> dict[str, object]:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml_mapping(path, "file.yaml", "test")


def test_scalars(tmp_path: Path) -> None:
    text = "a: 10\nb: -2.5e3\nc: true\nd: null\ne:\nf: 010\ng: 1:30\nh: 2020-01-01\ni: yes\nj: 0x1f\nk: 'on'\nl: .5\n"
    assert parsed(tmp_path, text) == {
        "a": 10, "b": -2500.0, "c": True, "d": None, "e": None, "f": 10, "g": "1:30", "h": "2020-01-01",
        "i": "yes", "j": "0x1f", "k": "on", "l": 0.5,
    }  # fmt: skip


def test_nothing_and_trees(tmp_path: Path) -> None:
    assert parsed(tmp_path, "") == {}
    assert parsed(tmp_path, "# only words\n") == {}
    assert parsed(tmp_path, "a: {b: [1, {25: x}]}\n") == {"a": {"b": [1, {25: "x"}]}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"a: {deep}", "deep"),
        (merge, "aliases"),
        ("a: &x 1\nb: 2\n", "anchors"),
        ("a: !!int 'x'\n", "tags"),
        ("a: !!python/object/apply:os.system [ls]\n", "tags"),
        ("a: 1\na: 2\n", "'a' stands twice"),
        ("? [1, 2]\n: 3\n", "neither text nor a number"),
        ("5: x\n", "names and values"),
        ("- 1\n", "names and values"),
        ("a: [", "not valid YAML"),
        ("a: 1\n--- \nb: 2\n", "not valid YAML"),
        ("a: " + "x" * C.max_bytes, "bytes"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    start = time.process_time()
    with pytest.raises(UsageError, match=reason) as refused:
        parsed(tmp_path, text)
    assert time.process_time() - start < 1
    assert "\n" not in str(refused.value)


def test_numbers_of_any_length_are_quick(tmp_path: Path) -> None:
    digits = "9" * 60_000
    start = time.process_time()
    assert parsed(tmp_path, f"a: {digits}\n") == {"a": digits}
    assert parsed(tmp_path, f"a: {'9:' * 30_000}9\n")
    assert time.process_time() - start < 0.5


def test_a_field_that_can_not_be_is_named_and_shortened(tmp_path: Path) -> None:
    class Model(BaseModel):
        count: int

    (tmp_path / "file.yaml").write_text(f"count: {'x' * 5000}\n")
    with pytest.raises(UsageError, match=r"^file: count: .*mend the test file$") as refused:
        read_yaml(Model, tmp_path / "file.yaml", "file", "test")
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file(tmp_path: Path, reader: Callable[[Path], object]) -> None:
    (tmp_path / "latin.yaml").write_bytes("title: Müller\n".encode("latin-1"))
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    for name in ("latin.yaml", "folder.yaml", "pipe.yaml", "missing.yaml", "n" * 5000 + ".yaml", "nul\0.yaml"):
        with pytest.raises(UsageError) as refused:
            reader(tmp_path / name)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=80, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_mutations_give_a_result_or_one_line(
    tmp_path: Path, reader: Callable[[Path], object], data: st.DataObject
) -> None:
    parts = (
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "<<: ",
        "!!int ",
        "? ",
        "- ",
        "1:30",
        "9" * 400,
        "\x1b[2J",
        "\0",
        "\t",
        '"',
    )
    texts = st.sampled_from(parts) | st.text(max_size=8)
    cuts = st.tuples(st.integers(0, len(GOOD)), st.integers(0, 6), texts)
    text = GOOD
    for at, length, new in data.draw(st.lists(cuts, min_size=1, max_size=4)):
        text = text[:at] + new + text[at + length :]
    path = tmp_path / "mutant.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        reader(path)
    except EcgimgError as error:
        assert error.exit_code == 2  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
        assert "\x1b" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("reader", READERS)
def test_hostile_files(shared: Path, reader: Callable[[Path], object]) -> None:
    files = sorted((shared / "data/hostile").glob("*.yaml"))
    assert len(files) >= 11
    for path in files:
        with pytest.raises(UsageError) as refused:
            reader(path)
        assert "\n" not in str(refused.value)
        assert len(str(refused.value)) < 500
