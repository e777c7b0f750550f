"""A record in lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from ecgimg.schemas.aligned import AlignedPage, AlignedRecord, AlignedWaveform


def lines_of(record: AlignedRecord) -> Iterator[str]:
    """The four parts of a record, a few lines each."""
    yield f"{record.id}: {record.origin}, {record.source.file}"
    yield _waveform(record.waveform)
    yield "page: none" if record.page is None else _page(record.page)
    beats = record.beats
    yield f"beats: {len(beats.times)}; " + ", ".join(f"{lead} {len(one.beats)}" for lead, one in beats.leads.items())
    known = [f"{one.name} {one.value:g} {one.unit}".strip() for one in beats.figures if one.value is not None]
    yield f"figures: {', '.join(known) or 'none'}"
    if record.statements.labels or record.statements.report:
        yield f"source: {', '.join(record.statements.labels)}; {record.statements.report}"
    yield from record.statements.interpretation.splitlines()
    yield from (f"warning: {text}" for text in record.warnings)
    yield f"files: {', '.join(record.files)}"


def _waveform(waveform: AlignedWaveform) -> str:
    seen = {lead: one.interval for lead, one in waveform.leads.items() if one.interval is not None}
    parts = ", ".join(f"{lead} {start:g} to {end:g} s" for lead, (start, end) in seen.items())
    return f"waveform: {waveform.samples / waveform.fs:g} s at {waveform.fs:g} Hz; {parts}"


def _page(page: AlignedPage) -> str:
    exact = "exact" if page.exact else "as read"
    scales = f"{page.paper_speed:g} mm/s, {page.gain:g} mm/mV"
    return f"page: {page.width} x {page.height}, {page.layout}, {scales}, {len(page.cells)} cells, {exact}"
