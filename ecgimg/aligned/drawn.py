"""Aligned records of drawn pages: the signal's own samples and beats, and the exact place of all that was drawn."""

from __future__ import annotations

from pathlib import Path

from ecgimg.aligned.meeti import write_meeti
from ecgimg.aligned.page import describe_cell
from ecgimg.aligned.record import Interpreted, common_parts, points
from ecgimg.datamodel.patient import MAX_AGE, SEXES
from ecgimg.networks.delineation import load_delineation
from ecgimg.options import PageOptions
from ecgimg.recording.formats import ALIGNED_JSON, ALIGNED_MEETI
from ecgimg.recording.recording import Recording
from ecgimg.schemas.aligned import AlignedPage, AlignedRecord, AlignedText
from ecgimg.schemas.common import PageSource, rounded, write_json
from ecgimg.stages.interpret.interpret import interpret
from ecgimg.stages.measure.measure import measure
from ecgimg.synth.signals.sources import FS, Signal
from ecgimg.synth.truth import SynthPage


def write_drawn(page: SynthPage, folder: Path, name: str, image: str) -> tuple[str, ...]:
    """Writes NAME.aligned.json and .mat beside the files of a drawn page; returns their names.

    One thread computes, so that the same page gives the same bytes in any process.

    Raises:
        OutputError: a file can't be written.
        DependencyError: the weights of the delineation network are missing or damaged.
    """
    record = record_of_drawn(page, name, image)
    write_meeti(record, folder / f"{name}{ALIGNED_MEETI}")
    write_json(record, folder / f"{name}{ALIGNED_JSON}", indent=None)
    return record.files


def record_of_drawn(page: SynthPage, name: str, image: str) -> AlignedRecord:
    """The record of a drawn page whose picture is the file `image`, beside NAME.npz and the WFDB record NAME."""
    signal = page.signal
    ecg = _interpreted(signal, page.layout.id, name)
    size = {"width": page.warp.width, "height": page.warp.height}
    own = (f"{name}{ALIGNED_JSON}", f"{name}{ALIGNED_MEETI}")
    return AlignedRecord(
        id=name,
        origin="drawn",
        generated=signal.generated,
        source=PageSource(file=signal.record, sha256="", page=1, pages=1, **size),
        settings=PageOptions().settings.model_copy(update={"sex": ecg.stated.sex, "age": ecg.stated.age}),
        arrays=f"{name}.npz",
        page=_page(page, image, size),
        files=(*own, image, f"{name}.npz", f"{name}.hea", f"{name}.dat"),
        **common_parts(ecg, name),  # type: ignore[arg-type]
    )


def _interpreted(signal: Signal, layout_id: str, name: str) -> Interpreted:
    recording = Recording(signals=signal.mv, fs=FS, name=name, layout_id=layout_id, warnings=signal.notes)
    measured = measure(recording, load_delineation(threads=1))
    age = None if signal.age is None or not 0 <= signal.age <= MAX_AGE else int(signal.age)
    stated = interpret(measured, SEXES.get(signal.sex or ""), age)
    return Interpreted(recording, measured, stated, labels=signal.labels, report=signal.text)


def _page(page: SynthPage, image: str, size: dict[str, int]) -> AlignedPage:
    sheet = page.sheet
    return AlignedPage(
        image=image,
        exact=True,
        layout=page.layout.id,
        paper_speed=sheet.paper_speed,
        gain=sheet.gain,
        chest_gain=sheet.chest_gain,
        px_per_mm=rounded(sheet.px_per_mm),
        corners=points(page.corners),  # type: ignore[arg-type]
        cells=tuple(describe_cell(curve.cell, curve.points[curve.visible]) for curve in page.curves),
        texts=tuple(
            AlignedText(text=one.text, kind=one.kind, lead=one.lead, corners=points(one.corners))  # type: ignore[arg-type]
            for one in page.texts
        ),
        pulses=tuple(points(one) for one in page.warp.all_to_photo(sheet.pulses)),
        wear={effect: rounded(amount) for effect, amount in page.wear},
        **size,
    )
