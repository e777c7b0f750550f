"""The tables of a data set of aligned records: `records`, `beats` and `statements`, joined by `id`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ecgimg.aligned.meeti import COLUMNS
from ecgimg.findings.measurements import FIGURES
from ecgimg.findings.plain_text import evidence_text
from ecgimg.recording.formats import ALIGNED_JSON
from ecgimg.schemas.aligned import AlignedRecord
from ecgimg.schemas.measure import BeatResult

Kind = Literal["text", "texts", "number", "integer"]
"""What a column holds; `texts` is a list of texts."""
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind
    description: str


@dataclass(frozen=True)
class Table:
    """A table: `rows(record, folder)` gives those of one record, whose files are in `folder` of the set."""

    name: str
    description: str
    columns: tuple[Column, ...]
    rows: Callable[[AlignedRecord, str], Iterator[Row]]

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.parquet"


def _record_rows(record: AlignedRecord, folder: str) -> Iterator[Row]:
    page, stated, waveform = record.page, record.statements, record.waveform
    figures = {_figure_column(one.name): one.value for one in record.beats.figures}
    yield {
        "id": record.id,
        "origin": record.origin,
        "record": _place(folder, f"{record.id}{ALIGNED_JSON}"),
        "arrays": _place(folder, record.arrays),
        "image": _place(folder, page.image if page else ""),
        "waveform": _place(folder, waveform.recording),
        "source": record.source.file,
        "source_sha256": record.source.sha256,
        "layout": page.layout if page else None,
        "paper_speed": page.paper_speed if page else None,
        "gain": page.gain if page else None,
        "width": page.width if page else None,
        "height": page.height if page else None,
        "fs": waveform.fs,
        "samples": waveform.samples,
        "leads": [lead for lead, seen in waveform.leads.items() if seen.interval is not None],
        "labels": list(stated.labels),
        "report": stated.report,
        "sex": stated.sex,
        "age": stated.age,
        "conclusion": stated.conclusion,
        "interpretation": stated.interpretation,
        **{name: figures.get(name) for name in map(_figure_column, FIGURES)},
    }


def _beat_rows(record: AlignedRecord, folder: str) -> Iterator[Row]:
    for lead, measured in record.beats.leads.items():
        for beat in measured.beats:
            own = {"id": record.id, "lead": lead, "beat": beat.beat, "time": beat.time}
            yield {**own, **{name: getattr(beat, name) for name in COLUMNS}}


def _statement_rows(record: AlignedRecord, folder: str) -> Iterator[Row]:
    for one in record.statements.rules:
        yield {
            "id": record.id,
            "step": one.step,
            "criterion": one.id,
            "statement": one.statement,
            "verdict": one.verdict.value,
            "who": one.who,
            "expression": one.where,
            "limit": one.limit,
            "unit": one.unit,
            "leads": list(one.leads),
            "evidence": [evidence_text(evidence) for evidence in one.evidence],
            "source": one.source,
        }


def _place(folder: str, name: str) -> str | None:
    """The path of a file within the set; None where there is no file."""
    return (name if folder == "." else f"{folder}/{name}") if name else None


def _figure_column(name: str) -> str:
    return name.replace(" ", "_")


_ID = Column("id", "text", "identifier of the ECG")
_BEAT_TEXTS = {name: str(BeatResult.model_fields[name].description) for name in COLUMNS}
TABLES = (
    Table(
        "records",
        "one row an ECG: its files, its page, its figures and its words",
        (
            _ID,
            Column("origin", "text", "page (read from one), drawn (onto one), or recording (without one)"),
            Column("record", "text", "JSON of the whole record"),
            Column("arrays", "text", "NPZ with the samples, mask, confidences and curves"),
            Column("image", "text", "picture of the page"),
            Column("waveform", "text", "WFDB record, without a suffix"),
            Column("source", "text", "file or record that it came from"),
            Column("source_sha256", "text", "hash of that file, empty where it was none"),
            Column("layout", "text", "paper format"),
            Column("paper_speed", "number", "mm/s"),
            Column("gain", "number", "mm/mV"),
            Column("width", "integer", "of the picture in pixels"),
            Column("height", "integer", "of the picture in pixels"),
            Column("fs", "number", "samples a second"),
            Column("samples", "integer", "samples of each lead"),
            Column("leads", "texts", "leads of which something is known"),
            Column("labels", "texts", "diagnostic codes at the source"),
            Column("report", "text", "text at the source"),
            Column("sex", "text", "male or female, where the source has it"),
            Column("age", "integer", "years, where the source has it"),
            Column("conclusion", "text", "everything in one line"),
            Column("interpretation", "text", "plain text, composed of statements and measurements"),
            *(Column(_figure_column(name), "number", f"{name}, as measured on the waveform") for name in FIGURES),
        ),
        _record_rows,
    ),
    Table(
        "beats",
        "one row a beat and lead: the 14 parameters that MEETI names",
        (
            _ID,
            Column("lead", "text", "name of the lead"),
            Column("beat", "integer", "number of the beat in the ECG, from 0"),
            Column("time", "number", "seconds of recording time of its QRS complex"),
            *(Column(name, "text" if name == "ST_form" else "number", _BEAT_TEXTS[name]) for name in COLUMNS),
        ),
        _beat_rows,
    ),
    Table(
        "statements",
        "one row a criterion and ECG: its verdict with the evidence",
        (
            _ID,
            Column("step", "text", "step of the protocol"),
            Column("criterion", "text", "name of the criterion"),
            Column("statement", "text", "what it states where it is met"),
            Column("verdict", "text", "met, not met, indeterminate or not assessable"),
            Column("who", "text", "for whom the limit holds: all, men or women"),
            Column("expression", "text", "expression over the evidence, in which limit is the threshold"),
            Column("limit", "number", "threshold"),
            Column("unit", "text", "unit of the threshold"),
            Column("leads", "texts", "leads that decided, or that were asked"),
            Column("evidence", "texts", "measurements with one standard deviation, or why there is none"),
            Column("source", "text", "document that gives the rule"),
        ),
        _statement_rows,
    ),
)
"""All tables of a data set."""
