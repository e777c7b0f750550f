"""What a user can set for the files of a recording: rate, length, unit, filling, and the patient.

Nothing of a patient is ever read from a page: these fields come from the user only.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Unit = Literal["mV", "uV"]
Fill = Literal["nan", "zero", "interpolate"]
Sex = Literal["M", "F", "O"]
MAX_RATE_HZ = 100_000
MAX_SECONDS = 86_400


class ExportOptions(BaseModel):
    """How the files of a recording are written; the defaults leave the recording as it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    fs: float | None = Field(
        default=None, gt=0, le=MAX_RATE_HZ, description="samples a second in the files; as read by default"
    )
    seconds: float | None = Field(
        default=None, gt=0, le=MAX_SECONDS, description="length in the files, cut or padded with unknown samples"
    )
    units: Unit = Field(default="mV", description="unit of the files: mV or uV")
    fill: Fill = Field(
        default="nan", description="unknown samples: nan leaves them unknown; zero or interpolate fills them"
    )
    patient_id: str = Field(default="", max_length=64, description="patient identifier, as given by the user")
    patient_name: str = Field(default="", max_length=64, description="patient name, as given by the user")
    birth_date: date | None = Field(default=None, description="date of birth, YYYY-MM-DD, as given by the user")
    sex: Sex | None = Field(default=None, description="M, F or O, as given by the user")
    recorded: datetime | None = Field(
        default=None, description="date and time at which the ECG was recorded, as given by the user"
    )

    @field_validator("patient_id", "patient_name")
    @classmethod
    def _plain_text(cls, value: str) -> str:
        if not value.isprintable() or "\\" in value:
            raise ValueError("must be printable text without a backslash")
        return value.strip()
