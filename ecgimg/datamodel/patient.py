"""What a user may say of the patient. It is never read from a page."""

from __future__ import annotations

from typing import Literal

Sex = Literal["male", "female"]
SEXES: dict[str, Sex] = {"M": "male", "F": "female"}
"""By the letters of file formats; O has no limits of its own."""
MAX_AGE = 130
"""Years."""
