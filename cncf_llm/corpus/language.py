"""Which language a text is in, by py3langid.

The model is langid's (Lui and Baldwin, 2012, https://aclanthology.org/P12-3005): naive Bayes over
byte n-grams.
"""

import re
from functools import cache
from typing import Any

ENGLISH = "en"
# A passage shorter than this is in its document's language: names and options mislead the model.
PASSAGE_WORDS = 15
DOCUMENT_WORDS = 8  # and a document shorter than this counts as English
ACCENTED_WORDS = 5  # unless it has a letter that English does not, then one shorter than this
SURE = 0.9  # below it a document counts as English, and a passage as its document
SAMPLE_CHARACTERS = 4000  # of prose read to judge a document

# The languages that software documentation is written in. The model knows 130, and takes short
# English texts of technical words for the rarest of them.
_LANGUAGES = """
    ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru
    sk sl sr sv ta th tr uk ur vi zh
    """.split()
# Cyrillic and beyond, without the Greek letters and symbols that formulas use.
_NOT_LATIN = re.compile("[\u0400-\u1fff\u2c00-\ua4cf\ua500-\ud7ff\uf900-\ufaff]+")
_SYMBOL = re.compile(r"[/_@{}<>=\\]")  # a word with one is a path, URL, option or variable
_CONSTANT = re.compile(r"[A-Z]{3,}")
_NOISE = re.compile(r"\b[^\W\d]*+\d\w*+|[A-Z]{3,}|[|*#\[\]()\"]")


def language_of(prose: str) -> tuple[str, float]:
    """Return (ISO 639-1 code, probability that it is English) of a text of words.

    Words that look like paths, URLs, options or constants are left out of the judgement. A text
    without any words counts as English, with probability 0.
    """
    text = _words(prose)
    if not any(map(str.isalpha, text)):
        return ENGLISH, 0.0
    ranked = _identifier().rank(text)
    code, probability = ranked[0]
    if code != ENGLISH:  # close relatives share the rest, so its own probability says little
        probability = dict(ranked)[ENGLISH]
    return code, probability


def _words(prose: str) -> str:
    """Return a text without what looks like code, its words one space apart."""
    words = []
    for word in prose.split():
        if word.isalpha():  # the most frequent case, and the cheapest to decide
            words.append(word if word.islower() else _CONSTANT.sub(" ", word))
        elif not _SYMBOL.search(word):
            words.append(_NOISE.sub(" ", word))
    return " ".join(" ".join(words).split())


def document_language(proses: list[str]) -> str:
    """Return the language of a document, from the prose of its passages.

    The sample is taken from all passages alike, so that an untranslated introduction or a foreign
    quotation does not decide.
    """
    share = max(200, SAMPLE_CHARACTERS // max(1, len(proses)))
    sample = " ".join(prose[:share] for prose in proses)[: 2 * SAMPLE_CHARACTERS]
    if foreign := _of_foreign_letters(sample):
        return foreign
    words = len(sample.split())
    if words < (DOCUMENT_WORDS if sample.isascii() else ACCENTED_WORDS):
        return ENGLISH
    code, english = language_of(sample)
    return code if english <= 1 - SURE else ENGLISH


def passage_language(prose: str, of_document: str) -> str:
    """Return the language of a passage within a document of a known language."""
    if foreign := _of_foreign_letters(prose):
        return foreign
    if len(prose.split()) < PASSAGE_WORDS or _are_names(prose):
        return of_document
    code, english = language_of(prose)
    return code if english >= SURE or english <= 1 - SURE else of_document


def _are_names(prose: str) -> bool:
    """Return whether most words begin with a capital: lists of people, whom the model misjudges.

    In a sentence of any language fewer do, German ones included.
    """
    words = [word for word in _words(prose).split() if word[0].isalpha()]
    return sum(word[0].isupper() for word in words) * 10 > len(words) * 7


def _of_foreign_letters(prose: str) -> str | None:
    """Return the language of the letters of other scripts, where they are more than a few."""
    if prose.isascii():
        return None
    foreign = _NOT_LATIN.findall(prose)
    if not foreign or sum(map(len, foreign)) * 10 < sum(map(str.isalpha, prose)):
        return None
    code, _ = language_of(" ".join(foreign))
    return code if code != ENGLISH else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LANGUAGES)
    return identifier
