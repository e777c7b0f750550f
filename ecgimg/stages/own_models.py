"""The answers of networks that the user trained, to a recording or to the picture of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from ecgimg.datamodel.arrays import Doubles
from ecgimg.datamodel.page import Photo
from ecgimg.errors import RefusedError
from ecgimg.findings.own import OwnFinding
from ecgimg.networks.finetuned import FinetunedNet, open_finetuned, page_frame
from ecgimg.recording.recording import Recording
from ecgimg.recording.waveform import lead_waveform

NO_RECORDING = "the page was not digitized"
NO_PICTURE = "it needs the picture of a page"
NO_SPIROGRAM = "it needs a spirogram, which no ECG shows"


def own_findings(folders: Sequence[Path], recording: Recording | None, photo: Photo | None) -> tuple[OwnFinding, ...]:
    """A finding of each target of each network, in the order of the folders; one that can't answer gives the reason.

    Raises:
        UsageError: a folder holds no such network.
    """
    return tuple(one for folder in folders for one in _asked(_network(folder), recording, photo))


@lru_cache(maxsize=8)
def _network(folder: Path) -> FinetunedNet:
    return open_finetuned(folder)


def _asked(net: FinetunedNet, recording: Recording | None, photo: Photo | None) -> Iterator[OwnFinding]:
    if net.input.kind == "picture":
        ask = None if photo is None else lambda: net.of_picture(page_frame(photo.pixels))
        missing = NO_PICTURE
    elif net.input.kind == "spirogram":
        ask, missing = None, NO_SPIROGRAM
    elif net.input.kind == "pulse":
        channel = net.input.leads[0]
        wave = None if recording is None or channel not in recording.leads else lead_waveform(recording, channel)
        ask = None if wave is None else lambda: net.of_waveform(wave)
        missing = f"it needs a lead or strip named {channel!r}"
    else:
        ask = None if recording is None else lambda: net.of_recording(recording)
        missing = NO_RECORDING
    answers, reason = _answers(ask, missing)
    for k, target in enumerate(net.targets):
        value = None if answers is None else float(answers[k])
        yield OwnFinding(
            model=net.name,
            sha256=net.sha256,
            target=target.name,
            title=target.title,
            task=target.task,
            value=value,
            unit=target.unit,
            threshold=target.balanced,
            stratum="" if value is None or target.task != "binary" else target.stratum(value),
            stand_in=bool(net.spec["stand_in"]),
            reason=reason,
        )


def _answers(ask: Callable[[], Doubles] | None, missing: str) -> tuple[Doubles | None, str]:
    if ask is None:
        return None, missing
    try:
        return ask(), ""
    except RefusedError as error:
        return None, error.refusal.cause.seen
