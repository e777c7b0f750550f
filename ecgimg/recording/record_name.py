"""Names that a WFDB record can have.

WFDB's header is split at spaces and its readers cut a path at its last dot, so that a record may be named with letters
of ASCII, digits, `-` and `_` only (WFDB Applications Guide, header(5)).
"""

from __future__ import annotations

import re
import unicodedata

MAX_LETTERS = 120
"""Two suffixes and a temporary name still fit into a file's name of 255 bytes."""
NAMELESS = "record"


def record_name(name: str) -> str:
    """The name of a record for a name of any letters; a safe name stays as it is.

    Accents are dropped, what WFDB can't hold becomes `_`. Names that differ may become the same.
    """
    letters = (letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    safe = re.sub(r"[^A-Za-z0-9_-]", "_", "".join(letters))[:MAX_LETTERS]
    return safe if safe.strip("_-") else NAMELESS
