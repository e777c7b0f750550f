"""Every text of a report is there in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from made_reports import report

from ecgimg.datamodel.page import Source
from ecgimg.errors import Cause
from ecgimg.findings.basis import basis, joined_by
from ecgimg.findings.measurements import Missing
from ecgimg.findings.protocol import RuleVerdict
from ecgimg.findings.statements import GROUPS, STATEMENTS
from ecgimg.options import LANGUAGES, Language
from ecgimg.report.build import report_text
from ecgimg.report.details import page_facts
from ecgimg.report.html import report_html
from ecgimg.report.language import Texts, load_catalogue
from ecgimg.schemas.report import DISCLAIMER, describe_report
from ecgimg.stages.combine import agreement, not_visible
from ecgimg.stages.interpret import criteria

OTHERS: tuple[Language, ...] = tuple(one for one in LANGUAGES if one != "en")
SOURCES: tuple[Source, ...] = ("text", "pulse", "given", "signal", "beats", "assumed")


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_all_texts_with_the_same_places(language: Language) -> None:
    english, other = load_catalogue("en"), load_catalogue(language)
    for own, their in ((english.labels, other.labels), (english.sentences, other.sentences)):
        assert sorted(own) == sorted(their)
        assert {key: places(text) for key, text in own.items()} == {key: places(text) for key, text in their.items()}
        assert all(their.values())


def words() -> Iterator[str]:
    """What the program can put into a report in English."""
    yield from (statement.name for statement in STATEMENTS)
    yield from GROUPS.values()
    yield from (text for cause in Cause for text in (cause.seen, cause.remedy))
    yield from (reason.value for reason in Missing)
    yield from (verdict.value for verdict in RuleVerdict)
    yield from ("likely", "possible", "unlikely", "not assessable", "good", "doubtful", "not visible", "not read")
    yield DISCLAIMER
    table = yaml.safe_load((Path(criteria.__file__).with_name("criteria.yaml")).read_text(encoding="utf-8"))
    rows = table if isinstance(table, list) else next(value for value in table.values() if isinstance(value, list))
    yield from (row["statement"] for row in rows)


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_of_the_program_is_translated(language: Language) -> None:
    known = {english.casefold() for english in load_catalogue(language).words}
    assert sorted(word for word in words() if word.casefold() not in known) == []


@pytest.mark.parametrize("source", SOURCES)
def test_every_origin_of_a_scale_has_a_label(source: Source) -> None:
    assert Texts("de").label(f"scale_{source}")


def test_sentences_with_places_are_translated_with_what_stands_in_them(tmp_path: Path) -> None:
    german = Texts("de")
    assert german.say("Not visible: V4, V5, V6.") == "Nicht zu sehen: V4, V5, V6."
    assert german.say("needs 2 of V1, V2; none can be seen") == "braucht 2 von V1, V2; zu sehen: keine"
    assert german.say("leads I, II and III show the same curve; check the page").startswith("Ableitungen I, II und III")
    assert german.say("lead II is doubtful") == "Ableitung II ist zweifelhaft"
    assert german.say("the image network has no opinion: all leads are flat").endswith("alle Ableitungen sind flach")
    assert german.say("corrected by the user: lead V1 renamed V2, a stretch of row 1 erased") == (
        "vom Benutzer berichtigt: Ableitung V1 umbenannt in V2, ein Abschnitt der Zeile 1 gelöscht"
    )
    assert german.say("another ECG is in this picture, within x 1 to 2, y 3 to 4: it is page 2").endswith("ist Seite 2")
    assert german.say("only 12.5 lead seconds are known: less certain").startswith("nur 12,5 Ableitungssekunden")
    assert german.say("what nobody translated") == "what nobody translated"
    assert Texts("en").say("Not visible: V4.") == "Not visible: V4."


def test_what_the_stages_state_is_translated(tmp_path: Path) -> None:
    german = Texts("de")
    for read in (True, False):
        made = report(tmp_path, read)
        stated = [
            *basis(made.diagnosis, made.screening, made.match, made.leads),
            joined_by(("816 pages of scan, photo, PTB-XL fold 9",), read, True),
            agreement(made.findings),
            *not_visible(made.leads, made.findings),
        ]
        assert [text for text in stated if german.say(text) == text] == []


def test_numbers_have_the_mark_of_the_language() -> None:
    german = Texts("de")
    assert (german.number(12.345, 1), german.significant(2.5, 3), german.percent(0.012)) == ("12,3", "2,5", "1,2 %")
    assert (german.percent(0.0001), german.percent(0.5)) == ("< 0,1 %", "50 %")
    assert Texts("en").number(12.345, 1) == "12.3"


def test_a_german_report_has_no_english_labels(tmp_path: Path) -> None:
    made = report(tmp_path)
    html = report_html(made, made.result(), "de")
    assert '<html lang="de">' in html
    for text in (
        "Vorhofflimmern",
        "wahrscheinlich",
        "Herzfrequenz",
        "zu sehen in II 5,0\u20136,2 s",
        "kein Medizinprodukt",
    ):
        assert text in html
    english = {text for text in load_catalogue("en").labels.values() if len(text) > 12 and "{" not in text}
    shown = {text for text in english if f">{text}<" in html}
    assert shown == set()
    assert report_text(made, made.result(), "de").summary.rhythm.startswith("Rhythmus")


def test_the_second_of_two_ecgs_on_a_page_is_named(tmp_path: Path) -> None:
    made = report(tmp_path, True)
    assert made.photo is not None
    made = replace(made, photo=replace(made.photo, page=5, pages=3, ecgs=2))
    assert "Seite 2 von 3, EKG 2 von 2" in page_facts(made, describe_report(made), Texts("de"))[0]
