"""Units of voltage in files."""

from __future__ import annotations

from ecgimg.recording.channels import damaged

_MV_OF = {"nv": 1e-6, "uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "mv": 1.0, "v": 1e3}
"""By names in lower case, with both of Unicode's letters for micro."""
_NAMES = {"nanovolts": "nv", "microvolts": "uv", "millivolts": "mv", "volts": "v"}


def mv_of(unit: str) -> float:
    """One unit in mV, written in any case.

    Raises:
        UnreadableInputError: it is no unit of voltage.
    """
    found = _found(unit)
    if found is None:
        raise damaged(f"samples in {unit!r}, which is no unit of voltage" if unit else "samples without a unit")
    return found


def is_voltage(unit: str) -> bool:
    """Whether a name is that of a unit of voltage."""
    return _found(unit) is not None


def _found(unit: str) -> float | None:
    name = unit.strip().lower()
    return _MV_OF.get(_NAMES.get(name, name))
