"""Records in the form of MEETI's files: a MATLAB file with its variable names (arXiv 2507.15255, table 1).

`id`; `report`, the words of the source, or the conclusion where the source has none; `LLM_Interpretation`, the plain
text, which no language model wrote; and for each of the 12 leads `featuredb_lead_NAME`, a structure of the 14 columns
with one entry a beat, NaN (and an empty `ST_form`) where a value is not seen.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from ecgimg.datamodel.leads import LEADS
from ecgimg.io.files import write_atomically
from ecgimg.schemas.aligned import AlignedRecord
from ecgimg.schemas.measure import BeatResult

COLUMNS = (
    "HR", "RR1", "RR2", "P_amplitude", "P_duration", "PR_interval", "QRS_amplitude", "QRS_duration", "T_amplitude",
    "T_duration", "ST_duration", "ST_form", "QT_interval", "QTc",
)  # fmt: skip
"""The 14 columns of a beat, in the order of MEETI."""
VARIABLE = "featuredb_lead_"
"""Begin of the names of the variables of leads."""
_HEADER_BYTES = 116
"""The text at a file's begin, in which scipy writes the time: the same record should give the same bytes."""


def write_meeti(record: AlignedRecord, path: Path) -> Path:
    """Writes the file; OutputError where it can't be written."""
    from scipy.io import savemat

    content = io.BytesIO()
    savemat(content, meeti_variables(record), do_compression=True, long_field_names=True)  # type: ignore[arg-type]
    head = b"MATLAB 5.0 MAT-file, aligned record of ecgimg".ljust(_HEADER_BYTES)
    return write_atomically(path, head + content.getvalue()[_HEADER_BYTES:])


def meeti_variables(record: AlignedRecord) -> dict[str, object]:
    """The variables of a record by MEETI's names."""
    stated = record.statements
    variables: dict[str, object] = {
        "id": record.id,
        "report": stated.report or stated.conclusion,
        "LLM_Interpretation": stated.interpretation,
    }
    for lead in LEADS:
        beats = record.beats.leads[lead].beats if lead in record.beats.leads else ()
        variables[f"{VARIABLE}{lead}"] = {column: _column(beats, column) for column in COLUMNS}
    return variables


def _column(beats: tuple[BeatResult, ...], column: str) -> np.ndarray:
    values = [getattr(beat, column) for beat in beats]
    if column == "ST_form":
        cells = np.empty(len(values), object)
        cells[:] = ["" if value is None else value for value in values]
        return cells
    return np.array([np.nan if value is None else value for value in values], np.float64)
