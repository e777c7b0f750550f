"""Loads the table of criteria: one row a criterion, checked when it is read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ecgimg.datamodel.patient import Sex
from ecgimg.findings.protocol import Step, Who
from ecgimg.io.yaml_file import read_yaml
from ecgimg.stages.interpret.grammar import parse


class Limits(BaseModel):
    """A threshold that depends on sex, and for men on age."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    men: float
    women: float
    young_men: float | None = Field(default=None, description="for men under 40 years")


class Criterion(BaseModel):
    """One row of the table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9_]+$")
    step: Step
    statement: str
    where: str = Field(description="expression over named measurements; `limit` is the threshold")
    limit: float | Limits | None = None
    unit: str = ""
    source: str = Field(min_length=1)
    abnormal: bool = Field(default=True, description="states a disorder where it is met")
    leading: bool = Field(default=False, description="belongs into the conclusion where it is met")
    codes: tuple[str, ...] = Field(default=(), description="SCP-ECG codes that state the same")

    def limits(self, sex: Sex | None, age: int | None) -> Iterator[tuple[Who, float | None]]:
        """The thresholds that hold, and for whom; one for each sex where that is not given."""
        if not isinstance(self.limit, Limits):
            yield "all", self.limit
            return
        if sex != "female":
            young = age is not None and age < 40 and self.limit.young_men is not None
            yield "men", self.limit.young_men if young else self.limit.men
        if sex != "male":
            yield "women", self.limit.women


class CriteriaTable(BaseModel):
    """All criteria in the order in which they are evaluated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _expressions_hold(self) -> CriteriaTable:
        above: set[str] = set()
        for one in self.criteria:
            if one.id in above:
                raise ValueError(f"criterion {one.id!r} stands twice")
            try:
                parse(one.where, frozenset(above))
            except ValueError as error:
                raise ValueError(f"criterion {one.id!r}: {error}") from error
            if ("limit" in one.where) != (one.limit is not None):
                raise ValueError(f"criterion {one.id!r} has a limit and does not use it, or the other way round")
            above.add(one.id)
        return self


def read_criteria(file: Traversable | Path) -> CriteriaTable:
    """A table of criteria.

    Raises:
        UsageError: the file can't be read, or a row can't be.
    """
    return read_yaml(CriteriaTable, file, getattr(file, "name", str(file)), "criteria")


@cache
def packaged_criteria() -> CriteriaTable:
    """The table of the package."""
    return read_criteria(resources.files("ecgimg.stages.interpret").joinpath("criteria.yaml"))
