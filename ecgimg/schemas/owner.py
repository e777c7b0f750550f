"""Who owns the files of a page in an output folder: the JSON of the page, finished or not.

While the files of a page are written, its JSON has the schema `ecgimg/unfinished/1` and names all files that may be
there. The finished JSON is written last and takes its place. A run that is killed at any moment therefore leaves no
file without an owner, and no JSON of a page that is not whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import Field

from ecgimg.schemas.common import Part, read_json

UNFINISHED: Final = "ecgimg/unfinished/1"


class OwnerSource(Part):
    """The page that files were made of."""

    file: str = Field(description="path of the picture or document, as it was given")
    sha256: str = Field(description="hash of the file, in hexadecimal")
    page: int = Field(description="page within the document, from 1")
    ecgs: int = Field(default=1, description="ECGs that were found on the page")


class Owner(Part):
    """What every JSON of a page has in common, whatever its schema and version."""

    schema_: str = Field(alias="schema", pattern="^ecgimg/", description="name and version of the schema")
    source: OwnerSource
    files: tuple[str, ...] = Field(default=(), description="names of the files that belong to this page")

    @property
    def is_finished(self) -> bool:
        """Whether all files have been written."""
        return self.schema_ != UNFINISHED


def read_owner(path: Path) -> Owner | None:
    """The owner in a JSON file; None where there is no file, or it is none of this package."""
    return read_json(Owner, path)
