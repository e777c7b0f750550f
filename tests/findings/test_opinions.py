"""Opinions and findings: thresholds, keys, and whose opinion it is."""

from __future__ import annotations

from ecgimg.findings.opinions import Finding, Opinion


def test_an_opinion_is_positive_from_its_threshold_on() -> None:
    assert Opinion("AFIB", "rhythm", 0.2, 0.2).positive
    assert not Opinion("AFIB", "rhythm", 0.19, 0.2).positive
    assert Opinion("AFIB", "rhythm", 0.2, 0.2).key == ("AFIB", "rhythm")


def test_the_opinion_on_a_group_is_not_the_findings_own() -> None:
    group, own = Opinion("MI", "superclass", 0.7, 0.2), Opinion("AMI", "subclass", 0.6, 0.2)
    finding = Finding("AMI", "subclass", "Anterior infarction", "likely", 0.6, 0.2, None, group)
    assert finding.own_image is None
    assert Finding("AMI", "subclass", "Anterior infarction", "likely", 0.6, 0.2, None, own).own_image is own
    assert Finding("AMI", "subclass", "Anterior infarction", "likely", 0.6, 0.2, own, None).own_image is None
