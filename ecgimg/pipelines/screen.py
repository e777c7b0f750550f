"""The pipeline of the image network alone: load -> look -> write. Nothing is traced."""

from __future__ import annotations

from dataclasses import dataclass

from ecgimg.datamodel.page import Photo
from ecgimg.errors import UsageError
from ecgimg.io.sources import PageInput, read_source
from ecgimg.networks.screen import Prediction
from ecgimg.pipelines.step_runner import Hook, StepRunner
from ecgimg.stages.screen import check_page, predict
from ecgimg.stages.straighten.polarity import dark_on_bright

STEPS = ("load", "look", "write")
"""The steps of a screened page; its files are written by the run."""


@dataclass(frozen=True, eq=False)
class Screened:
    """A photo and what the image network predicts on it."""

    photo: Photo
    prediction: Prediction


def screen_page(source: PageInput, page: int, hook: Hook | None = None) -> Screened:
    """Screens one page of a picture or document.

    Raises:
        UnreadableInputError: the file can't be read.
        RefusedError: the picture is no ECG page, or can't be read.
        DependencyError: the network's weights are missing or damaged.
    """
    steps = StepRunner(hook, STEPS)
    photo = steps.run("load", lambda: read_source(source, page))
    if photo.ecg > 1:
        raise UsageError(f"{photo.source} has no page {page}: all of a page is screened", where="load")
    prediction = steps.time("look", lambda: predict(dark_on_bright(photo)))
    check_page(prediction.classification)
    steps.report("look", prediction)
    return Screened(photo, prediction)
