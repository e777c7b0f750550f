"""The languages of reports: one file of texts each, and numbers as the language writes them.

What the program says elsewhere, such as names of findings and warnings, is English. A language has a translation for
each such word, and for each sentence that has variable parts a pattern beside the English one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from ecgimg.io.yaml_file import read_yaml
from ecgimg.options import Language

_SINGLE = frozenset(("row", "column", "lead", "to", "one", "other", "strip", "layout", "gain", "speed"))
"""Places that hold one word; the others may hold lists and sentences."""
_PLACE = re.compile(r"\{(\w+)\}")


class Catalogue(BaseModel):
    """A file of texts: the decimal mark, what a report says, sentences with `{places}`, and English words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decimal: str
    labels: dict[str, str]
    sentences: dict[str, str]
    words: dict[str, str] = {}


@lru_cache
def load_catalogue(language: Language) -> Catalogue:
    """The texts of a language."""
    file = resources.files("ecgimg.report").joinpath("texts", f"{language}.yaml")
    return read_yaml(Catalogue, file, f"{language}.yaml", "text")


class Texts:
    """What a report says in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._own = load_catalogue(language)
        self._words = {english.casefold(): word for english, word in self._own.words.items()}

    def label(self, key: str, **values: str) -> str:
        """A text of the report; `values` fill its places."""
        return self._own.labels[key].format(**values)

    def say(self, english: str) -> str:
        """A word or sentence of the program in this language; English where there is no translation."""
        if self.language == "en" or not english:
            return english
        word = self._words.get(english.casefold())
        if word is not None:
            return word
        for key, pattern in _patterns():
            match = pattern.fullmatch(english)
            if match is not None:
                values = {name: self._value(value) for name, value in match.groupdict().items()}
                return self._own.sentences[key].format(**values)
        return english

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the decimal mark of the language."""
        return f"{value:.{decimals}f}".replace(".", self._own.decimal)

    def significant(self, value: float, digits: int) -> str:
        """A number with so many significant digits, without zeros behind them."""
        return f"{value:.{digits}g}".replace(".", self._own.decimal)

    def percent(self, share: float) -> str:
        """A share in percent: two digits where it is small."""
        if share < 0.0005:
            return f"< {self.number(0.1, 1)} %"
        return f"{self.number(100 * share, 0 if share >= 0.1 else 1)} %"

    def sentence(self, english: str) -> str:
        """A text of the program with a capital letter and a full stop."""
        text = self.say(english)
        return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"

    def _value(self, value: str) -> str:
        """What stands in a place of a sentence: words, lists of words, numbers."""
        translated = self.say(value)
        if translated != value:
            return translated
        for separator in (": ", "; ", ", ", " and "):
            if separator in value:
                between = f" {self.say('and')} " if separator == " and " else separator
                return between.join(self._value(part) for part in value.split(separator))
        return re.sub(r"(?<=\d)\.(?=\d)", self._own.decimal, value)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The English sentences as patterns, by their keys."""
    return tuple((key, _pattern(text)) for key, text in load_catalogue("en").sentences.items())


def _pattern(text: str) -> re.Pattern[str]:
    parts = _PLACE.split(text)
    escaped = [
        f"(?P<{part}>{'[^,;]+' if part in _SINGLE else '.+'})" if k % 2 else re.escape(part)
        for k, part in enumerate(parts)
    ]
    return re.compile("".join(escaped), re.DOTALL)
