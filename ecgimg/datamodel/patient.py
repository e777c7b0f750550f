"""What a user may say of the patient. It is never read from a page."""

from __future__ import annotations

from typing import Literal

Sex = Literal["male", "female"]
MAX_AGE = 130
"""Years."""
