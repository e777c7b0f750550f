"""Recordings as MATLAB files of version 5 (scipy.io), and back.

Variables: `signals` [L, T] double in `units`, NaN where unknown; `confidence` [L, T] in 0..1; `generated` [L, T],
1 where a sample was generated and not recorded; `leads`, cell array of
L names; `fs` in Hz; `units`; `name`; `notes`, `measurements` and `statements`, cell arrays of texts; `patient_id`,
`patient_name`, `birth_date`, `sex` and `recorded`, texts that are empty where the user gave none.
"""

from __future__ import annotations

import io
from math import prod
from pathlib import Path

import numpy as np

from ecgimg.errors import EcgimgError
from ecgimg.io.files import write_atomically
from ecgimg.recording.channels import Channels, Stretch, check_length, damaged
from ecgimg.recording.export import Export
from ecgimg.recording.units import mv_of

MAX_BYTES = 500_000_000
"""Largest file that is read."""
MAX_NUMBERS = 100_000_000
"""Most numbers of a variable: 12 leads of 2 hours at 1000 Hz."""
_VARIABLES = ["signals", "confidence", "generated", "leads", "fs", "units"]


def write_mat(export: Export, path: Path) -> Path:
    """Writes the file.

    Raises:
        OutputError: the file can't be written.
    """
    from scipy.io import savemat

    options = export.options
    measured = [f"{one.name} {one.value:g} {one.unit}" for one in export.interpretation.measurements]
    statements = [f"{one.code} {one.name}: {one.verdict}" for one in export.interpretation.statements]
    content = io.BytesIO()
    savemat(
        content,  # type: ignore[arg-type]  # scipy's stubs leave open files out
        {
            "signals": export.signals.astype(np.float64) / mv_of(options.units),
            "confidence": export.confidences.astype(np.float64),
            "generated": export.generated.astype(np.uint8),
            "leads": _cells(export.leads),
            "fs": float(export.fs),
            "units": options.units,
            "name": export.name,
            "notes": _cells((*export.origin, *export.notes, *export.generated_notes)),
            "measurements": _cells(measured),
            "statements": _cells(statements),
            "patient_id": options.patient_id,
            "patient_name": options.patient_name,
            "birth_date": options.birth_date.isoformat() if options.birth_date else "",
            "sex": options.sex or "",
            "recorded": options.recorded.isoformat() if options.recorded else "",
        },
        do_compression=True,
    )
    return write_atomically(path, content.getvalue())


def read_mat(path: Path) -> Channels:
    """The signals of a file with the variables above; `units`, `confidence` and `generated` may be missing.

    Raises:
        UnreadableInputError: the file is damaged or has other variables.
    """
    from scipy.io import loadmat

    if path.stat().st_size > MAX_BYTES:
        raise damaged(f"a MATLAB file of {path.stat().st_size} bytes")
    try:
        _check_shapes(path)
        found = loadmat(path, variable_names=_VARIABLES)
        signals = np.asarray(found["signals"], np.float64)
        labels = [str(np.squeeze(cell)).strip() for cell in np.ravel(found["leads"])]
        fs = float(np.squeeze(found["fs"]))
        units = str(np.squeeze(found["units"])) if "units" in found else ""
        if signals.ndim != 2 or len(labels) != len(signals):
            raise damaged(f"signals of shape {signals.shape} for {len(labels)} leads")
        check_length(signals.shape[1])
        confidence = np.asarray(found.get("confidence", np.isfinite(signals)), np.float32)
        if confidence.shape != signals.shape or not ((confidence >= 0) & (confidence <= 1)).all():
            raise damaged("confidences that are no share for each sample")
        generated = np.asarray(found.get("generated", np.zeros(signals.shape)), np.float64) != 0
        if generated.shape != signals.shape:
            raise damaged(f"generated samples of shape {generated.shape}")
        values = signals * (mv_of(units) if units else 1.0)
    except EcgimgError:
        raise
    except Exception as error:  # scipy raises anything on a damaged file
        raise damaged(f"no MATLAB file with signals, leads and fs ({error})") from error
    rows = zip(labels, values, confidence, generated, strict=True)
    stretches = tuple(Stretch(label, row, confidence=share, generated=made) for label, row, share, made in rows)
    return Channels(stretches, fs, has_unit=bool(units))


def _check_shapes(path: Path) -> None:
    """Raises UnreadableInputError where a variable is declared larger than an ECG: a small file may unpack to much."""
    from scipy.io import whosmat

    for name, shape, _ in whosmat(path):
        if name in _VARIABLES and prod(shape) > MAX_NUMBERS:
            raise damaged(f"{name} of shape {shape}")


def _cells(texts: tuple[str, ...] | list[str]) -> np.ndarray:
    cells = np.empty(len(texts), object)
    cells[:] = list(texts)
    return cells
