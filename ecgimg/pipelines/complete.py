"""Completes the recording of a page or of a file: find its beats, where they help -> complete."""

from __future__ import annotations

import numpy as np

from ecgimg.recording.recording import Recording
from ecgimg.stages.complete import complete
from ecgimg.stages.measure.measure import find_beats


def complete_recording(recording: Recording) -> Recording:
    """The recording with what it does not show generated, and marked so (`ecgimg.stages.complete`).

    Beats are looked for where a lead is seen for a part of the time, since only there they help.

    Raises:
        DependencyError: the weights of a network are missing or damaged.
    """
    known = np.isfinite(recording.seen.signals)
    is_partly_seen = bool((known.any(axis=1) & ~known.all(axis=1)).any())
    return complete(recording, find_beats(recording) if is_partly_seen else np.zeros(0))
