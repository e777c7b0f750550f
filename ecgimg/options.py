"""What a user can set: `PageOptions` for one page, `RunOptions` for a run (file < environment < flag).

Environment variables are named `ECGIMG_` and the option's name (`ECGIMG_JOBS=4`, `ECGIMG_FORMAT=wfdb,csv`); a file
is YAML with the same names in lower case, given with `--config` or `ECGIMG_CONFIG`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ecgimg.corrections import Corrections, read_corrections
from ecgimg.datamodel.patient import MAX_AGE, SEXES, Sex
from ecgimg.errors import UsageError
from ecgimg.io.yaml_file import read_yaml_mapping
from ecgimg.layouts import GAINS, PAPER_SPEEDS, load_layout
from ecgimg.recording.export_options import ExportOptions
from ecgimg.recording.formats import ALIGNED, DEFAULT_FORMAT, OUTPUT_NAMES
from ecgimg.text import shortened

AUTO_LAYOUT = "auto"
PhotoStored = Literal["whole", "redacted", "none"]
"""What of the photo the stored pictures show."""
Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""Languages of a report for a reader; JSON files and messages are English."""
PHOTO_STORED = (
    "what of the photo the stored pictures show: whole, redacted (only the surroundings of the traces) or none"
)
MAX_TIMEOUT_S = 86_400
"""No page takes a day, and a timer can't wait for ever."""


class PageSettings(BaseModel):
    """What the user asked for; null and "auto" leave it to the page."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    layout: str = Field(description="layout asked for, or auto")
    paper_speed: float | None = Field(description="mm/s asked for, or null")
    gain: float | None = Field(description="mm/mV asked for, or null")
    photo: PhotoStored = Field(default="whole", description=PHOTO_STORED)
    sex: Sex | None = Field(default=None, description="male or female where the user gave it, or null")
    age: int | None = Field(default=None, ge=0, le=MAX_AGE, description="years where the user gave it, or null")
    corrections: Corrections | None = Field(default=None, description="what the user corrected on the page, or null")
    use_generated: bool = Field(
        default=False, description="whether findings and measurements may rest on generated samples too"
    )


class PageOptions(PageSettings):
    """What the user knows of one page. Pure: no file and no environment is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layout: str = Field(default=AUTO_LAYOUT, description="auto, a name of `ecgimg layouts list`, or a YAML file")
    paper_speed: float | None = Field(default=None, description="mm/s; read from the page when not given")
    gain: float | None = Field(default=None, description="mm/mV; read from the page when not given")
    models: tuple[Path, ...] = Field(default=(), description="folders of the user's own networks")

    @field_validator("layout")
    @classmethod
    def _layout_exists(cls, value: str) -> str:
        if value != AUTO_LAYOUT:
            load_layout(value)
        return value

    @field_validator("paper_speed")
    @classmethod
    def _known_speed(cls, value: float | None) -> float | None:
        return _one_of(value, PAPER_SPEEDS, "mm/s")

    @field_validator("gain")
    @classmethod
    def _known_gain(cls, value: float | None) -> float | None:
        return _one_of(value, GAINS, "mm/mV")

    @classmethod
    def of(
        cls,
        layout: str | Path | None,
        paper_speed: float | None,
        gain: float | None,
        photo: PhotoStored = "whole",
        sex: Sex | None = None,
        age: int | None = None,
        corrections: Corrections | None = None,
        use_generated: bool = False,
        models: Sequence[Path] = (),
    ) -> Self:
        """Options of a call; None leaves a value to the page.

        Raises:
            UsageError: there is no such layout, speed, gain, sex or age.
        """
        try:
            name = AUTO_LAYOUT if layout is None else str(layout)
            given = {"paper_speed": paper_speed, "gain": gain, "photo": photo, "sex": sex, "age": age}
            own = {"corrections": corrections, "use_generated": use_generated, "models": tuple(models)}
            return cls(layout=name, **given, **own)  # type: ignore[arg-type]
        except ValidationError as error:
            raise _usage_error(error) from error

    @property
    def uncorrected(self) -> Self:
        """The options without corrections: those of a page that may be corrected later."""
        return self.model_copy(update={"corrections": None})

    @property
    def settings(self) -> PageSettings:
        """The options as the JSON files hold them."""
        return PageSettings(**{name: getattr(self, name) for name in PageSettings.model_fields})


class RunOptions(ExportOptions, BaseSettings):
    """All options of a run over pages; made with `RunOptions.read`, which raises UsageError."""

    model_config = SettingsConfigDict(env_prefix="ECGIMG_", frozen=True, extra="forbid")

    config: Path | None = Field(None, description="YAML file of the options below")
    layout: str = Field(AUTO_LAYOUT, description="auto, a name of `ecgimg layouts list`, or a YAML file")
    paper_speed: float | None = Field(None, description="mm/s; read from the page when not given")
    gain: float | None = Field(None, description="mm/mV; read from the page when not given")
    age: int | None = Field(None, ge=0, le=MAX_AGE, description="years: chooses limits of statements")
    corrections: Path | None = Field(None, description="JSON file of what was corrected on the page")
    format: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        None,
        min_length=1,
        description=f"files of the recording: {', '.join(OUTPUT_NAMES)}; {DEFAULT_FORMAT} where `digitize` has none",
    )
    model: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="folders that `ecgimg finetune` wrote: what these networks find stands in the report"
    )
    jobs: int | None = Field(
        None, ge=1, le=256, description="pages at the same time; as many as cores and memory allow when not given"
    )
    timeout: float = Field(
        120.0, gt=0, le=MAX_TIMEOUT_S, description="seconds after which a page is given up, a day at most"
    )
    max_memory: float = Field(4.0, ge=1, description="GB of memory for each page at work; a usual page needs 1")
    max_pages: int = Field(1000, ge=1, description="pages that a document may have")
    store: Literal["parquet"] | None = Field(None, description="parquet: one data set in place of files for each page")
    dask: str | None = Field(
        None, min_length=1, description="run on a Dask cluster: the address of its scheduler, or local:N; needs a store"
    )
    force: bool = Field(False, description="do pages again that are done")
    language: Language = Field("en", description=f"of reports for a reader: {', '.join(LANGUAGES)}")
    pdf: bool = Field(False, description="write each report as a PDF too")
    use_generated: bool = Field(
        False, description="let findings and measurements rest on samples that `ecgimg complete` generated too"
    )
    debug: bool = Field(False, description="keep a picture of every step in OUT/STEM.debug/")
    dicom_photo: bool = Field(
        False, description="store the photo as a DICOM secondary capture too, in the study of `dicom`"
    )
    no_photo: bool = Field(False, description="store no pixel of the photo in any picture or report")
    redact: bool = Field(False, description="store only the surroundings of the traces, the rest without any detail")

    @field_validator("format", "model", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
        if isinstance(names, list | tuple) and all(isinstance(name, str) for name in names):
            return tuple(dict.fromkeys(names))
        return names  # what is no list of names is refused with its place

    @field_validator("format")
    @classmethod
    def _known_formats(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for name in value or ():
            if name not in OUTPUT_NAMES:
                raise ValueError(f"{name!r} is not one of {', '.join(OUTPUT_NAMES)}")
        return value

    @model_validator(mode="after")
    def _page_options_hold(self) -> Self:
        self.page  # noqa: B018  # made once, with all its checks
        return self

    @model_validator(mode="after")
    def _store_takes_what_it_can_hold(self) -> Self:
        if self.store is None and self.dask is not None:
            raise ValueError("a cluster writes a store: add --store parquet")
        for name in ("format", "debug", "force", "dicom_photo") if self.store is not None else ():
            if getattr(self, name):
                flag = f"--{name.replace('_', '-')}"
                raise ValueError(f"--store goes without {flag}: export a store with `ecgimg export`, or make a new one")
        return self

    @model_validator(mode="after")
    def _nothing_is_shown_by_debug(self) -> Self:
        if self.debug and (self.no_photo or self.redact):
            raise ValueError("--debug stores pictures of the whole page: leave it out, or --no-photo and --redact")
        return self

    @model_validator(mode="after")
    def _a_photo_is_stored_or_not(self) -> Self:
        if self.dicom_photo and self.no_photo:
            raise ValueError("--dicom-photo stores the photo, --no-photo does not: leave one of them out")
        return self

    @cached_property
    def page(self) -> PageOptions:
        """The options that concern one page; `no_photo` goes before `redact`."""
        photo: PhotoStored = "none" if self.no_photo else "redacted" if self.redact else "whole"
        corrections = None if self.corrections is None else read_corrections(self.corrections)
        sex = SEXES.get(self.sex or "")
        known = (self.layout, self.paper_speed, self.gain, photo, sex, self.age, corrections)
        return PageOptions.of(*known, self.use_generated, self.model)

    @cached_property
    def export(self) -> ExportOptions:
        """The options that concern the files of a recording."""
        return ExportOptions(**{name: getattr(self, name) for name in ExportOptions.model_fields})

    @property
    def recording_formats(self) -> tuple[str, ...]:
        """The formats of the recording's own files."""
        return tuple(name for name in self.format or (DEFAULT_FORMAT,) if name != ALIGNED)

    @property
    def aligned(self) -> bool:
        """Whether an aligned record is asked for."""
        return ALIGNED in (self.format or ())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order of precedence: what was given, the environment, the file."""
        config = init_settings().get("config") or env_settings().get("config")
        file = (
            (InitSettingsSource(settings_cls, read_yaml_mapping(Path(config), str(config), "options")),)
            if config
            else ()
        )
        return (init_settings, env_settings, *file)

    @classmethod
    def read(cls, **given: object) -> Self:
        """Options from the file, the environment and what was given; None means not given.

        Raises:
            UsageError: a value that can't be, an unknown name, or a file that can't be read.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        except ValidationError as error:
            raise _usage_error(error) from error


def export_options(**given: object) -> ExportOptions:
    """The options of a call that writes a recording.

    Raises:
        UsageError: there is no such option, or a value can't be.
    """
    for name in given:
        if name not in ExportOptions.model_fields:
            raise UsageError(f"{name!r} is not one of {', '.join(ExportOptions.model_fields)}", where="options")
    try:
        return ExportOptions(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise _usage_error(error) from error


def _one_of(value: float | None, allowed: tuple[float, ...], unit: str) -> float | None:
    if value is not None and value not in allowed:
        raise ValueError(f"{value:g} {unit} is not one of {', '.join(f'{v:g}' for v in allowed)}")
    return value


def _usage_error(error: ValidationError) -> UsageError:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "options"
    message = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = f"there is no such option{_nearest(name, tuple(RunOptions.model_fields))}"
    what = f"{shortened(name)}: {shortened(message, 200)}"
    return UsageError(what, where="options", remedy="see ecgimg digitize --help")


def unknown_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """A warning for each variable that begins as those of the options do, and is none of them."""
    prefix, known = RunOptions.model_config["env_prefix"], tuple(RunOptions.model_fields)
    texts = []
    for variable in sorted(environment):
        name = variable.lower().removeprefix(prefix.lower())
        if variable.upper().startswith(prefix) and name not in known:
            texts.append(f"{shortened(variable)} is set and has no effect{_nearest(name, known, prefix)}")
    return tuple(texts)


def _nearest(name: str, known: tuple[str, ...], prefix: str = "") -> str:
    near = get_close_matches(name, known, n=1)
    if not near:
        return ""
    return f"; did you mean {prefix}{near[0].upper() if prefix else near[0]}?"
