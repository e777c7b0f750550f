"""A model in a JSON file is built of its content, or refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgimg.errors import DependencyError
from ecgimg.networks.json_model import read_json_model


def test_the_model_is_built_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"offset": 2}')
    assert read_json_model("model", tmp_path / "model.json", lambda content: content["offset"]) == 2


@pytest.mark.parametrize("text", ["", "{", '{"other": 1}', '{"offset": null}', "[]", '{"offset": "much"}'])
def test_content_that_does_not_fit_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(DependencyError, match=r"model\.json can't be read"):
        read_json_model("model", tmp_path / "model.json", lambda content: float(content["offset"]))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DependencyError, match=r"model\.json can't be read"):
        read_json_model("model", tmp_path / "absent.json", dict)
