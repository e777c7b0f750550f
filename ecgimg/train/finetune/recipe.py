"""Recipes of `ecgimg finetune`: one YAML file has the recordings' columns, the targets, the network and its training.

`recipes/` holds those of the package. A key that is wrong is named in the error.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ecgimg.datamodel.leads import LEADS
from ecgimg.errors import UsageError
from ecgimg.findings.own import OwnTask
from ecgimg.io.yaml_file import read_yaml

Share = Annotated[float, Field(gt=0, lt=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]
Encoder = Literal["patchecg", "image", "ecgfounder", "scratch", "pg-ssl", "slse"]
WAVEFORM_ENCODERS: tuple[Encoder, ...] = ("pg-ssl", "slse")
"""Encoders of one channel that is no ECG; they learn without labels first."""
Mode = Literal["frozen", "head", "whole"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class IndexRecipe(_Part):
    """Columns of a table that lists the recordings; `file` is its name in the folder of the data."""

    file: str = "index.csv"
    path: str = "path"
    id: str = "id"
    patient: str = "patient"
    time: str = "time"


class TableRecipe(_Part):
    """Columns of the table of targets.

    Rows are joined by `id`; where `time` is given, by `patient` and the time of the recording: the nearest row that
    lies `window_hours` from it. A long table has a value a row: `item` names it, and targets choose items as columns.
    """

    file: str | None = None
    id: str = "id"
    patient: str = "patient"
    time: str = ""
    window_hours: tuple[float, float] = (-1.0, 1.0)
    item: str = ""
    value: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.item) != bool(self.value):
            raise ValueError("item and value are given together")
        if self.window_hours[0] > self.window_hours[1]:
            raise ValueError("window_hours ends before it begins")
        return self


class TargetRecipe(_Part):
    """One target: `column` holds its value.

    A binary target is 1 where the value is one of `positive`, above `above`, or at least `at_least`; without any of
    them the column holds 0 and 1. An ordinal one is a level from 0, or counts the `bounds` that the value reaches.
    Survival has the time in `column` and whether the event came in `event`.
    """

    name: Name
    task: OwnTask
    column: str = Field(min_length=1)
    title: str = ""
    unit: str = ""
    positive: tuple[str, ...] = ()
    above: float | None = None
    at_least: float | None = None
    bounds: tuple[float, ...] = ()
    levels: int = Field(default=0, ge=0, le=20)
    event: str = ""
    range: tuple[float, float] | None = None

    @property
    def shown_title(self) -> str:
        """What a reader sees."""
        return self.title or self.name

    @property
    def outputs(self) -> int:
        """Columns of logits that it needs."""
        return (len(self.bounds) or self.levels - 1) if self.task == "ordinal" else 1

    @model_validator(mode="after")
    def _fits_its_task(self) -> Self:
        rules = [bool(self.positive), self.above is not None, self.at_least is not None]
        if sum(rules) > (self.task == "binary"):
            raise ValueError("positive, above and at_least are for a binary target, one of them")
        if (self.task == "survival") != bool(self.event):
            raise ValueError("event is the column of a survival target's event")
        if self.task == "ordinal" and not self.bounds and self.levels < 2:
            raise ValueError("an ordinal target has bounds, or at least 2 levels")
        if list(self.bounds) != sorted(set(self.bounds)):
            raise ValueError("bounds rise")
        return self


class SplitRecipe(_Part):
    """Which patients train, choose (validation) and measure (test).

    By a `column` of the recordings, whose values are listed; else at random by patient, in these shares.
    """

    column: str = ""
    train: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    validation_share: Share = 0.15
    test_share: Share = 0.2
    seed: int = 0

    @field_validator("train", "validation", "test", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return tuple(map(str, value)) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _leaves_no_doubt(self) -> Self:
        if self.column and not (self.train and self.validation and self.test):
            raise ValueError("a split by column lists the values of train, validation and test")
        named = [*self.train, *self.validation, *self.test]
        if len(named) != len(set(named)):
            raise ValueError("a value is in two parts of the split")
        if self.validation_share + self.test_share > 0.8:
            raise ValueError("less than a fifth is left for training")
        return self


class FitRecipe(_Part):
    """The training. Each combination of `hidden`, `rates` and `decays` is tried; validation chooses.

    `frozen` fits a linear head on stored features, `head` one with a hidden layer of each width of `hidden`, `whole`
    trains everything after that. `paper` shows each recording as paper does too: in the masks of printed layouts.
    """

    mode: Mode = "head"
    hidden: tuple[int, ...] = Field(default=(64,), min_length=1)
    rates: tuple[float, ...] = Field(default=(2e-3,), min_length=1)
    decays: tuple[float, ...] = Field(default=(0.01, 0.3), min_length=1)
    epochs: int = Field(default=40, ge=1, le=1000)
    batch: int = Field(default=128, ge=2, le=4096)
    patience: int = Field(default=8, ge=1)
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1, max_length=5)
    paper: bool = True
    views: int = Field(default=2, ge=1, le=8)


class PretrainRecipe(_Part):
    """What an encoder of waveforms learns without targets, on all recordings that are not for validation or test.

    With `epochs` 0 it learns nothing before the targets.
    """

    epochs: int = Field(default=20, ge=0, le=1000)
    rate: float = Field(default=3e-3, gt=0)
    batch: int = Field(default=64, ge=2, le=4096)
    seed: int = 0


class BoostRecipe(_Part):
    """The gradient boosting of `slse`. Each combination of `trees`, `depths` and `rates` is tried; validation chooses.

    The answers of the `seeds` are averaged.
    """

    trees: tuple[int, ...] = Field(default=(100,), min_length=1)
    depths: tuple[int, ...] = Field(default=(2,), min_length=1)
    rates: tuple[float, ...] = Field(default=(0.05,), min_length=1)
    seeds: tuple[int, ...] = Field(default=(0, 1, 2), min_length=1, max_length=5)

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if min(*self.trees, *self.depths, *self.rates) <= 0:
            raise ValueError("trees, depths and rates are above 0")
        return self


class PagesRecipe(_Part):
    """Test recordings that are drawn as pages, read back and measured beside their signals: what paper costs."""

    preset: str = "photo"
    count: int = Field(default=0, ge=0, le=10_000)
    seed: int = 88_400_000


class Recipe(_Part):
    """A whole recipe; `stand_in` says that its targets only stand for the clinical ones, which are not public.

    `channel` is the channel of a waveform that is no ECG, for the encoders of those. Of spirograms (`slse`) `litres`
    are those of a unit of the channel, and `covariates` are columns of numbers that are learned from beside it.
    """

    name: Name
    title: str
    about: str = ""
    stand_in: bool = False
    index: IndexRecipe | None = None
    table: TableRecipe = TableRecipe()
    targets: tuple[TargetRecipe, ...] = Field(min_length=1)
    split: SplitRecipe = SplitRecipe()
    encoder: Encoder = "patchecg"
    leads: tuple[str, ...] = Field(default=LEADS, min_length=1)
    channel: str = ""
    litres: float = Field(default=1.0, gt=0)
    covariates: tuple[str, ...] = ()
    pretrain: PretrainRecipe = PretrainRecipe()
    fit: FitRecipe = FitRecipe()
    boost: BoostRecipe = BoostRecipe()
    pages: PagesRecipe = PagesRecipe()
    subgroups: tuple[str, ...] = ()
    limit: int | None = Field(default=None, ge=20)

    @property
    def is_of_waveforms(self) -> bool:
        """Whether recordings are waveforms of one channel and no ECGs."""
        return self.encoder in WAVEFORM_ENCODERS

    @property
    def is_boosted(self) -> bool:
        """Whether trees learn the targets from the encoder's features, in place of a head."""
        return self.encoder == "slse"

    @property
    def channels(self) -> tuple[str, ...]:
        """The leads that the network is shown, or its channel."""
        return (self.channel,) if self.is_of_waveforms else self.leads

    @property
    def shown(self) -> str:
        """What the network is shown, in words."""
        return f"{'channel' if self.is_of_waveforms else 'leads'} {', '.join(self.channels)}"

    @field_validator("leads")
    @classmethod
    def _known_leads(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for lead in value:
            if lead not in LEADS:
                raise ValueError(f"{lead!r} is not one of {', '.join(LEADS)}")
        return tuple(lead for lead in LEADS if lead in value)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        names = [target.name for target in self.targets]
        if len(names) != len(set(names)):
            raise ValueError("two targets have one name")
        if self.encoder == "ecgfounder" and self.leads not in (LEADS, LEADS[:1]):
            raise ValueError("ecgfounder takes all 12 leads, or lead I")
        if self.encoder == "scratch" and self.fit.mode != "whole":
            raise ValueError("an encoder from scratch is trained whole")
        if self.encoder == "image" and (self.pages.count or self.fit.mode == "whole"):
            raise ValueError("the image encoder takes pictures as they are, and trains its head alone")
        if self.is_of_waveforms != bool(self.channel):
            raise ValueError(f"channel is given with an encoder of waveforms ({', '.join(WAVEFORM_ENCODERS)})")
        if self.is_of_waveforms and (self.pages.count or (self.fit.paper and not self.is_boosted)):
            raise ValueError("no page has the layout of a waveform: give fit: {paper: false}, and no pages")
        self._check_boosting()
        return self

    def _check_boosting(self) -> None:
        if self.is_boosted and self.fit != FitRecipe():
            raise ValueError("slse learns by boost, not by fit")
        if self.is_boosted and any(target.task == "survival" for target in self.targets):
            raise ValueError("slse has no survival targets")
        if not self.is_boosted and (self.covariates or self.litres != 1 or self.boost != BoostRecipe()):
            raise ValueError("covariates, litres and boost are for the encoder slse")
        if len(self.covariates) != len(set(self.covariates)):
            raise ValueError("a covariate is named twice")


def recipe_names() -> tuple[str, ...]:
    """Names of the recipes of the package."""
    folder = resources.files("ecgimg.train.finetune").joinpath("recipes")
    return tuple(sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml")))


def read_recipe(text: str) -> Recipe:
    """A recipe of the package by its name, or of a file.

    Raises:
        UsageError: there is no such recipe, or a key can't be; the message names it.
    """
    if text in recipe_names():
        file = resources.files("ecgimg.train.finetune").joinpath("recipes", f"{text}.yaml")
        return read_yaml(Recipe, file, text, "recipe")
    path = Path(text)
    if path.suffix not in (".yaml", ".yml"):
        remedy = f"give a YAML file, or one of {', '.join(recipe_names())}"
        raise UsageError(f"no recipe {text!r}", where="finetune", remedy=remedy)
    return read_yaml(Recipe, path, text, "recipe")
