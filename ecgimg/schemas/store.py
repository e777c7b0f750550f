"""The manifest of a store of many pages: what was asked for, and which shards belong to it."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from ecgimg.options import PageSettings
from ecgimg.schemas.common import Part

SCHEMA: Final = "ecgimg/store/1"
MANIFEST: Final = "_manifest.json"
"""Readers of Parquet leave out files that begin so."""


class Shard(Part):
    """A Parquet file of the store."""

    file: str = Field(description="its name below the store, status=STATUS/NAME.parquet")
    rows: int = Field(description="its rows")


class StoreManifest(Part):
    """What a store holds; a shard that is not named here does not belong to it."""

    schema_: Literal["ecgimg/store/1"] = Field(
        default=SCHEMA, alias="schema", description="name and version of this schema"
    )
    command: str = Field(description="the command that wrote it: digitize, diagnose, measure or screen")
    settings: PageSettings
    networks: dict[str, str] = Field(description="first 12 digits of the hash of each network's file")
    run: str = Field(description="the run that wrote last")
    shards: tuple[Shard, ...] = Field(default=(), description="its files")
