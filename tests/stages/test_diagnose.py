"""The signal network's opinions on a recording, and what they rest on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_reports import masked_recording

from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import Cause
from ecgimg.recording.recording import Recording
from ecgimg.stages.diagnose import DIAGNOSE, diagnose, recording_quality
from ecgimg.synth.signals.simulator import Heart


def test_an_irregular_heart_without_p_waves_is_found_and_explained() -> None:
    diagnosis = diagnose(masked_recording(Heart(rhythm="af", rate=95)), threads=1)
    found = {o.key: o for o in diagnosis.opinions}
    fibrillation = found["AFIB", "rhythm"]
    assert fibrillation.probability > 0.5
    assert fibrillation.saliency is not None
    assert fibrillation.saliency.shape == (12, len(fibrillation.bounds) - 1)
    assert np.isfinite(fibrillation.saliency[LEADS.index("II")]).all()
    assert np.isnan(fibrillation.saliency[LEADS.index("V6"), :4]).all()
    assert all((o.saliency is not None) == o.positive for o in diagnosis.opinions)
    assert diagnosis.refusal is None


@pytest.mark.parametrize("layout", [0, 3, 5])
def test_a_healthy_heart_is_normal_in_every_layout(layout: int) -> None:
    found = {o.key: o for o in diagnose(masked_recording(Heart(), layout), threads=1).opinions}
    assert found["NORM", "subclass"].positive
    assert not found["AFIB", "rhythm"].positive


def test_doubtful_traces_and_flat_ones_are_not_judged() -> None:
    made = masked_recording(Heart())
    doubtful = replace(made, confidence=(0.3 * np.isfinite(made.signals)).astype(np.float32))
    assert recording_quality(doubtful) == pytest.approx(0.3)
    diagnosis = diagnose(doubtful, threads=1)
    assert diagnosis.opinions == ()
    assert diagnosis.refusal is not None
    assert diagnosis.refusal.cause is Cause.LOW_CONFIDENCE
    assert "confidence of what was read is 0.30" in diagnosis.refusal.details
    assert "is 0.65" in str(diagnose(made, 0.65, threads=1).refusal.details)  # type: ignore[union-attr]
    assert diagnose(made, DIAGNOSE.min_quality, threads=1).opinions
    flat = diagnose(Recording(np.zeros((12, 5000), np.float32), 500.0), threads=1).refusal
    assert flat is not None
    assert flat.cause is Cause.FLAT_SIGNAL
    nothing = diagnose(Recording(np.full((12, 500), np.nan, np.float32), 500.0), threads=1)
    assert nothing.opinions == ()
    assert nothing.refusal


def test_a_long_recording_has_a_warning() -> None:
    diagnosis = diagnose(masked_recording(Heart(), 5, 20.0), threads=1)
    assert any("first 10 s" in text for text in diagnosis.warnings)
