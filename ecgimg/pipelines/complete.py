"""Completes the recording of a page or of a file: load or digitize -> find its beats -> complete."""

from __future__ import annotations

from ecgimg.recording.recording import Recording
from ecgimg.stages.complete import complete
from ecgimg.stages.measure.measure import find_beats


def complete_recording(recording: Recording) -> Recording:
    """The recording with what it does not show generated, and marked so (`ecgimg.stages.complete`).

    Raises:
        DependencyError: the weights of a network are missing or damaged.
    """
    return complete(recording, find_beats(recording))
