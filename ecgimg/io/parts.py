"""What all parts of the JSON files share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A part of a JSON file: never changed after it is made; fields of later versions are ignored when it is read."""

    model_config = ConfigDict(frozen=True, extra="ignore")
