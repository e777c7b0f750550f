from __future__ import annotations

from ecgimg.datasets import ptbxl
from ecgimg.datasets.scp_codes import FORMS, RHYTHMS, SUBCLASSES, SUPERCLASSES
from ecgimg.findings.statements import STATEMENTS


def test_the_orders_of_networks_outputs_are_those_they_were_trained_with() -> None:
    assert " ".join(SUBCLASSES) == (
        "NORM LAFB/LPFB IRBBB ILBBB CLBBB CRBBB _AVB IVCD WPW LVH RVH LAO/LAE RAO/RAE SEHYP AMI IMI LMI PMI ISCA ISCI"
        " ISC_ STTC NST_"
    )
    assert SUPERCLASSES == ("NORM", "MI", "STTC", "CD", "HYP")
    assert RHYTHMS == ("SR", "AFIB", "STACH", "SARRH", "SBRAD", "PACE", "SVARR", "BIGU", "AFLT")
    assert " ".join(FORMS) == "ABQRS PVC STD_ VCLVH QWAVE LOWT NT_ PAC LPR INVT LVOLT HVOLT"
    assert (ptbxl.SUBCLASSES, ptbxl.FORMS) == (SUBCLASSES, FORMS)


def test_every_code_is_reported_within_its_group() -> None:
    groups = {"subclass": (*SUBCLASSES, "1AVB"), "superclass": SUPERCLASSES, "rhythm": RHYTHMS, "form": FORMS}
    groups["screening"] = ("ABNORMAL",)
    for group, codes in groups.items():
        assert tuple(one.code for one in STATEMENTS if one.group == group) == codes
    assert len(STATEMENTS) == sum(map(len, groups.values()))


def test_every_subclass_has_its_superclass() -> None:
    parents = {one.code: one.parent for one in STATEMENTS if one.group == "subclass"}
    assert set(parents.values()) == set(SUPERCLASSES)
    assert (parents["CLBBB"], parents["LVH"], parents["IMI"], parents["ISC_"]) == ("CD", "HYP", "MI", "STTC")
