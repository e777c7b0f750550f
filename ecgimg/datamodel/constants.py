"""Constants that say what they are: value, unit, why, and on what they were measured.

Each stage keeps its constants in one frozen dataclass, so that they can be listed, logged and swept:

    @dataclass(frozen=True)
    class TraceConstants:
        max_gap_mm: float = constant(1.5, unit="mm", why="longer stretches that were not seen stay unknown")

    C = TraceConstants()

`docs/constants.md` is made of these classes by `docs/make_constants.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast

T = TypeVar("T")
NOT_MEASURED = "chosen by hand, not measured"


@dataclass(frozen=True)
class Described:
    """One constant of a class: its name and value, unit, why it is so, and what that was measured on."""

    name: str
    value: object
    unit: str
    why: str
    measured: str


def constant(value: T, *, unit: str, why: str, measured: str = NOT_MEASURED) -> T:
    """A field of a dataclass of constants.

    Args:
        value: the constant; immutable.
        unit: its unit ("mm", "px", "degrees", "share", "count", "log odds" ...), the one its name ends with if any.
        why: one sentence on what it decides and why it has this size.
        measured: what it was measured on, with the figure.
    """
    return cast(T, field(default=cast(Any, value), metadata={"unit": unit, "why": why, "measured": measured}))


def described(constants: Any) -> tuple[Described, ...]:
    """All constants of an instance, in the order in which they stand; ValueError where one is not described."""
    rows = []
    for one in fields(constants):
        if "why" not in one.metadata:
            raise ValueError(f"{type(constants).__name__}.{one.name} is no described constant")
        rows.append(Described(one.name, getattr(constants, one.name), **one.metadata))
    return tuple(rows)
