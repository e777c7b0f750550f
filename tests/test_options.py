"""File < environment < what is given; what can't be is told in one line."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from made_corrections import corrections

from ecgimg.errors import UsageError
from ecgimg.options import RunOptions, unknown_variables


def test_defaults() -> None:
    options = RunOptions.read()
    assert (options.layout, options.paper_speed, options.gain) == ("auto", None, None)
    assert (options.format, options.jobs, options.force) == (None, None, False)


def test_file_gives_way_to_environment_and_that_to_what_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("jobs: 2\ntimeout: 7\ngain: 5\n")
    monkeypatch.setenv("ECGIMG_TIMEOUT", "8")
    monkeypatch.setenv("ECGIMG_GAIN", "10")
    options = RunOptions.read(config=file, gain=20)
    assert (options.jobs, options.timeout, options.gain) == (2, 8, 20)
    monkeypatch.setenv("ECGIMG_CONFIG", str(file))
    assert RunOptions.read().jobs == 2


def test_none_means_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECGIMG_JOBS", "3")
    assert RunOptions.read(jobs=None).jobs == 3


def test_formats_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECGIMG_FORMAT", "csv, wfdb,csv")
    assert RunOptions.read().format == ("csv", "wfdb")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"layout": "5x5"}, "there is no layout '5x5'"),
        ({"layout": "missing.yaml"}, "no file missing.yaml"),
        ({"gain": 7}, "7 mm/mV is not one of 2.5, 5, 10, 20"),
        ({"paper_speed": 30}, "30 mm/s"),
        ({"format": ["docx"]}, "format"),
        ({"format": []}, "format"),
        ({"jobs": 0}, "jobs"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "inf"}, "timeout"),
        ({"timeout": "nan"}, "timeout"),
        ({"timeout": 1e12}, "timeout"),
        ({"colour": "red"}, "colour"),
        ({"config": "missing.yaml"}, "missing.yaml: No such file"),
    ],
)
def test_what_cannot_be_is_a_usage_error(given: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError) as error:
        RunOptions.read(**given)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["- 1\n- 2\n", "jobs: [", "speed: 25\n"])
def test_a_file_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(UsageError):
        RunOptions.read(config=tmp_path / "bad.yaml")


def test_own_layout_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "id: mine\ntitle: mine\nrows: [[I], [II], [III], [aVR], [aVL], [aVF]]\ncolumn_seconds: 5\n"
    )
    assert RunOptions.read(layout=str(tmp_path / "mine.yaml")).layout.endswith("mine.yaml")


def test_options_reach_a_worker() -> None:
    options = RunOptions.read(jobs=2, format=["csv"])
    assert pickle.loads(pickle.dumps(options)) == options


def test_what_of_the_photo_is_stored() -> None:
    photo = {name: RunOptions.read(**given).page.photo for name, given in (
        ("plain", {}), ("redact", {"redact": True}), ("none", {"no_photo": True}),
        ("both", {"redact": True, "no_photo": True}),
    )}  # fmt: skip
    assert photo == {"plain": "whole", "redact": "redacted", "none": "none", "both": "none"}
    for hidden in ("redact", "no_photo"):
        with pytest.raises(UsageError, match="--debug stores pictures of the whole page"):
            RunOptions.read(debug=True, **{hidden: True})


def test_variables_without_effect_are_named_with_the_nearest_one() -> None:
    environment = {"ECGIMG_TIMEOTU": "9", "ECGIMG_JOBS": "2", "ecgimg_gain": "5", "ECGIMG_XYZZY": "1", "HOME": "/"}
    assert unknown_variables(environment) == (
        "ECGIMG_TIMEOTU is set and has no effect; did you mean ECGIMG_TIMEOUT?",
        "ECGIMG_XYZZY is set and has no effect",
    )


def test_a_name_in_a_file_that_is_no_option(tmp_path: Path) -> None:
    (tmp_path / "options.yaml").write_text("timeotu: 9\n")
    with pytest.raises(UsageError, match=r"timeotu: there is no such option; did you mean timeout\?"):
        RunOptions.read(config=tmp_path / "options.yaml")


def test_corrections_are_read_with_the_options(tmp_path: Path) -> None:
    made = corrections({"kind": "speed", "mm_per_s": 50})
    path = made.write(tmp_path / "page.corrections.json")
    options = RunOptions.read(corrections=path)
    assert options.page.corrections == made
    assert options.page.settings.corrections == made
    assert options.page.uncorrected.corrections is None
    path.write_text("{}")
    with pytest.raises(UsageError, match=r"page\.corrections\.json: page: Field required"):
        RunOptions.read(corrections=path)


def test_a_language_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="language: Input should be 'en' or 'de'"):
        RunOptions.read(language="fr")
