"""HL7 aECG: sequence sets at their times, read by biosig and by another reader, and read back; hostile files."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from made_recordings import columns, whole

from ecgimg.recording.aecg_xml import NAMESPACE, write_aecg
from ecgimg.recording.export import Interpretation, Measured, export
from ecgimg.recording.export_options import ExportOptions

pytest.importorskip("defusedxml")
HL7 = {"h": NAMESPACE}
AT = ExportOptions.model_validate({"recorded": "2020-02-03T04:05:06", "patient_id": "7", "sex": "F"})


def test_each_column_is_a_sequence_set_at_its_own_time(tmp_path: Path) -> None:
    root = ElementTree.parse(write_aecg(export(columns(), AT), tmp_path / "x.xml")).getroot()
    sets = root.findall(".//h:sequenceSet", HL7)
    heads = [one.find(".//h:head", HL7).attrib["value"] for one in sets]  # type: ignore[union-attr]
    codes = [[code.attrib["code"] for code in one.findall(".//h:sequence/h:code", HL7)] for one in sets]
    assert heads == [f"202002030405{s}" for s in ("06.0000", "06.0000", "08.5000", "11.0000", "13.5000")]
    assert codes == [
        ["TIME_ABSOLUTE", "MDC_ECG_LEAD_I", "MDC_ECG_LEAD_III"],
        ["TIME_ABSOLUTE", "MDC_ECG_LEAD_II"],
        ["TIME_ABSOLUTE", "MDC_ECG_LEAD_AVR", "MDC_ECG_LEAD_AVL", "MDC_ECG_LEAD_AVF"],
        ["TIME_ABSOLUTE", "MDC_ECG_LEAD_V1", "MDC_ECG_LEAD_V2", "MDC_ECG_LEAD_V3"],
        ["TIME_ABSOLUTE", "MDC_ECG_LEAD_V4", "MDC_ECG_LEAD_V5", "MDC_ECG_LEAD_V6"],
    ]


def test_measurements_are_annotations(tmp_path: Path) -> None:
    held = Interpretation((Measured("heart rate", 72, "/min"), Measured("QT interval", 400, "ms")))
    root = ElementTree.parse(write_aecg(export(whole(2), AT, held), tmp_path / "x.xml")).getroot()
    found = [
        (one.find("h:code", HL7).attrib["code"], one.find("h:value", HL7).attrib["value"])  # type: ignore[union-attr]
        for one in root.findall(".//h:annotation", HL7)
    ]
    assert found == [("MDC_ECG_HEART_RATE", "72"), ("MDC_ECG_TIME_PD_QT", "400")]


@pytest.mark.skipif(shutil.which("save2gdf") is None, reason="save2gdf (Debian: biosig-tools) is not installed")
def test_biosig_reads_the_samples(tmp_path: Path) -> None:
    wanted = whole()
    path = write_aecg(export(wanted, AT), tmp_path / "x.xml")
    done = subprocess.run(["save2gdf", "-JSON", str(path)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout[done.stdout.index("{") :])
    assert (found["TYPE"], found["Samplingrate"], found["NumberOfSamples"]) == ("HL7aECG", 500, 5000)
    assert [channel["Label"].upper() for channel in found["CHANNEL"]] == [lead.upper() for lead in wanted.leads]
    assert (found["Patient"]["Id"], found["Patient"]["Gender"]) == ("7", "Female")
    subprocess.run(["save2gdf", "-f=ASCII", str(path), str(tmp_path / "x.asc")], capture_output=True, check=True)
    for k, row in enumerate(wanted.signals, 1):
        np.testing.assert_allclose(np.loadtxt(tmp_path / f"x.a{k:02d}"), row, atol=0.00051)


def test_another_reader_of_ecgs_agrees(tmp_path: Path) -> None:
    ecgdatakit = pytest.importorskip("ecgdatakit")
    made = whole(others=("V4R",))
    found = ecgdatakit.FileParser().parse(str(write_aecg(export(made, AT), tmp_path / "x.xml")))
    assert [lead.sampling_rate for lead in found.leads] == [500] * 13
    for lead, row in zip(found.leads, made.signals, strict=True):
        np.testing.assert_allclose(lead.samples, row, atol=0.00051)
