"""The datasheet of a data set of aligned records, as `README.md` (sections of Gebru et al. 2021, arXiv 1803.09010).

It has what the files show. What only the user can know stands there as a line to fill in.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ecgimg.aligned.tables import TABLES
from ecgimg.io.files import write_atomically
from ecgimg.schemas.aligned import AlignedRecord

FILE = "README.md"
_OPEN = "*To be filled in by whoever publishes the set.*"
_PTBXL = (
    "The signals are those of PTB-XL (Wagner et al. 2020, doi:10.1038/s41597-020-0495-6), which is under the licence "
    "CC BY 4.0: the set must name it."
)


@dataclass
class Contents:
    """What the records of a set are, counted."""

    records: int = 0
    origins: Counter[str] = field(default_factory=Counter)
    layouts: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    beats: int = 0

    def add(self, record: AlignedRecord) -> None:
        """Counts one more record."""
        self.records += 1
        self.origins[record.origin] += 1
        self.layouts[record.page.layout if record.page else "none"] += 1
        self.labels.update(record.statements.labels)
        self.beats += sum(len(lead.beats) for lead in record.beats.leads.values())


def write_datasheet(out: Path, contents: Contents) -> Path:
    """Writes the datasheet of the set in a folder; OutputError where it can't be written."""
    plan = _plan(out)
    sections = {
        "Motivation": _motivation(),
        "Composition": _composition(contents),
        "Collection": _collection(plan, contents),
        "Preprocessing and labels": _preprocessing(),
        "Uses": _uses(),
        "Distribution and licence": _distribution(plan),
        "Maintenance": _OPEN,
    }
    text = "\n\n".join([f"# {summary(contents)}", *(f"## {title}\n\n{body}" for title, body in sections.items())])
    return write_atomically(out / FILE, f"{text}\n".encode())


def summary(contents: Contents) -> str:
    """One line on a set."""
    origins = ", ".join(f"{count} {origin}" for origin, count in sorted(contents.origins.items()))
    return f"Aligned ECG records: {contents.records} ({origins})"


def _plan(out: Path) -> dict[str, object]:
    """The options of a drawn set; empty where the set was not drawn."""
    try:
        found = json.loads((out / "dataset.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _motivation() -> str:
    return (
        "Each record has one ECG in four forms under one identifier: the waveform, the page, the parameters of every "
        "beat in every lead, and statements with their evidence and a plain text. It is meant for training and "
        "measuring systems that read ECGs from pages."
    )


def _composition(contents: Contents) -> str:
    tables = [f"- `{table.file}`: {table.description}" for table in TABLES]
    return "\n".join(
        [
            f"{contents.records} records with {contents.beats} beats of single leads.",
            "",
            *tables,
            "- `croissant.json`: all columns and files, in Croissant 1.0",
            "- `ID.aligned.json`: the record. `ID.aligned.mat`: its beats and words with MEETI's variable names",
            "- an NPZ with `signal` (mV), `shown` (what the page shows), `confidence`, and the curves on the page",
            "- the picture of the page, and of drawn pages a WFDB record and the whole truth (`ID.json`)",
            "",
            f"Layouts: {_counted(contents.layouts)}.",
            f"Labels at the source: {_counted(contents.labels) or 'none'}.",
        ]
    )


def _collection(plan: dict[str, object], contents: Contents) -> str:
    parts = []
    if plan:
        shown = {**plan, "source": str(plan.get("source", "")).partition(":")[0]}  # without the folder
        options = ", ".join(f"{name} {value}" for name, value in shown.items() if value not in ("", None))
        parts.append(f"Pages were drawn by `ecgimg synth --aligned`: {options}.")
    if contents.origins["page"]:
        parts.append("Pages were read by `ecgimg`; waveform, places and scales are readings, no truth.")
    if contents.origins["recording"]:
        parts.append("Recordings came as files, without a page.")
    return " ".join(parts)


def _preprocessing() -> str:
    return (
        "Beats are measured on the waveform by `ecgimg measure`, statements are made by its table of criteria; both "
        "are made by a program and have errors. No language model wrote any text. Labels and texts at the source are "
        "unchanged. A drawn waveform passed the high pass of a printing machine (0.5 or 0.15 Hz, or none)."
    )


def _uses() -> str:
    return (
        "Not for decisions about a patient. Drawn pages are not photos: a system must be measured on real ones too. "
        "Simulated hearts have no rare diseases."
    )


def _distribution(plan: dict[str, object]) -> str:
    return f"{_PTBXL} {_OPEN}" if str(plan.get("source", "")).startswith("ptbxl") else _OPEN


def _counted(counts: Counter[str]) -> str:
    ordered: Iterable[tuple[str, int]] = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{name} {count}" for name, count in ordered)
