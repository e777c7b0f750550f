"""What a user can set, once for the command line and for Python: file < environment < flag or argument.

Environment variables are named `ECGIMG_` and the option's name (`ECGIMG_JOBS=4`, `ECGIMG_FORMATS=wfdb,csv`); a file
is YAML with the same names in lower case, given with `--config` or `ECGIMG_CONFIG`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ecgimg.errors import UsageError
from ecgimg.layouts import GAINS, PAPER_SPEEDS, load_layout

Format = Literal["wfdb", "csv"]
AUTO_LAYOUT = "auto"


class Options(BaseSettings):
    """All settings of `ecgimg digitize`; made with `Options.read`, which tells errors in the user's words."""

    model_config = SettingsConfigDict(env_prefix="ECGIMG_", frozen=True, extra="forbid")

    config: Path | None = Field(None, description="YAML file of the options below")
    layout: str = Field(AUTO_LAYOUT, description="auto, a name of `ecgimg layouts list`, or a YAML file")
    paper_speed: float | None = Field(None, description="mm/s; read from the page when not given")
    gain: float | None = Field(None, description="mm/mV; read from the page when not given")
    formats: Annotated[tuple[Format, ...], NoDecode] = Field(("wfdb",), min_length=1, description="wfdb, csv")
    jobs: int = Field(1, ge=1, le=256, description="pages digitized at the same time")
    timeout: float = Field(120.0, gt=0, description="seconds after which a page is given up")
    force: bool = Field(False, description="do pages again that are done")
    debug: bool = Field(False, description="keep a picture of every step in OUT/STEM.debug/")

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

    @field_validator("formats", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
        return tuple(dict.fromkeys(names)) if isinstance(names, list | tuple) else names

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What was given, then the environment, then the file."""
        config = init_settings().get("config") or env_settings().get("config")
        file = (InitSettingsSource(settings_cls, _read_file(Path(config))),) if config else ()
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
            raise _told(error) from error


def _read_file(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if not isinstance(values, dict):
            raise ValueError("holds no names and values")
    except (OSError, ValueError, yaml.YAMLError) as error:
        what = f"{path}: {' '.join(str(getattr(error, 'strerror', None) or error).split())}"
        raise UsageError(
            what, where="options", remedy="give a YAML file with a line `name: value` an option"
        ) from error
    return values


def _one_of(value: float | None, allowed: tuple[float, ...], unit: str) -> float | None:
    if value is not None and value not in allowed:
        raise ValueError(f"{value:g} {unit} is not one of {', '.join(f'{v:g}' for v in allowed)}")
    return value


def _told(error: ValidationError) -> UsageError:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "options"
    message = str(first["msg"]).removeprefix("Value error, ")
    return UsageError(f"{name}: {message}", where="options", remedy="see ecgimg digitize --help")
