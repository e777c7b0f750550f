"""`import ecgimg`: what is given decides, and nothing else."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

import ecgimg
from ecgimg.errors import EcgimgError, UsageError


@pytest.mark.parametrize("call", [ecgimg.digitize, ecgimg.diagnose, ecgimg.screen])
def test_a_source_of_another_type(call: object) -> None:
    with pytest.raises(UsageError, match="can't be read from int; give a path, bytes"):
        call(5)


@pytest.mark.parametrize(
    "options", [{"page": 2}, {"layout": 5}, {"paper_speed": "fast"}, {"gain": float("nan")}, {"layout": "x" * 5000}]
)
def test_options_that_can_not_be(options: dict[str, object]) -> None:
    with pytest.raises(EcgimgError) as refused:
        ecgimg.digitize(np.full((60, 80), 255, np.uint8), **options)
    assert refused.value.exit_code == 2
    assert len(str(refused.value)) < 400


@pytest.mark.slow
def test_a_page_in_memory_and_a_foreign_environment(plain_page: object, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JOBS", "GAIN", "LAYOUT", "CONFIG", "TIMEOUT", "FORMATS", "FORMAT"):
        monkeypatch.setenv(f"ECGIMG_{name}", "abc")
    recording = ecgimg.digitize(plain_page.pixels)
    assert (recording.layout_id, recording.name) == ("3x4+1R", "ecg")
    assert recording.origin[0] == f"picture: sha256 {recording.source_sha256}"
    assert len(recording.source_sha256) == 64
    report = ecgimg.diagnose(Image.fromarray(plain_page.pixels))
    source = json.loads(report.result().model_dump_json())["source"]
    assert (source["file"], source["sha256"]) == ("<image>", recording.source_sha256)
    result = ecgimg.screen(plain_page.pixels)
    assert result.is_ecg > 0.5
    assert result.files == ()
