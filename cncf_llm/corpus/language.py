"""Which language a text is in, by py3langid.

The model is langid's (Lui and Baldwin, 2012, https://aclanthology.org/P12-3005): naive Bayes over
byte n-grams, 97 languages.
"""

import re
from functools import cache
from typing import Any

ENGLISH = "en"
# A passage shorter than this is in its document's language: names and options mislead the model.
PASSAGE_WORDS = 15
SURE = 0.9  # probability from which a passage may differ from its document
SAMPLE_CHARACTERS = 4000  # of prose read to judge a document

_NOISE = re.compile(r"https?://\S+|\S*[/_@{}<>=\\]\S*|\b\w*\d\w*\b|[A-Z]{3,}|[|*#>\[\]()\"]")


def language_of(prose: str) -> tuple[str, float]:
    """Return (ISO 639-1 code, probability) of a text of words.

    Words that look like paths, URLs, options or constants are left out of the judgement. A text
    without any words counts as English with probability 0.
    """
    text = " ".join(_NOISE.sub(" ", prose).split())
    if not any(character.isalpha() for character in text):
        return ENGLISH, 0.0
    code, probability = _identifier().classify(text)
    return code, float(probability)


def document_language(proses: list[str]) -> str:
    """Return the language of a document, from the prose of its passages.

    The sample is taken from all passages alike, so that an untranslated introduction or a foreign
    quotation does not decide.
    """
    share = max(200, SAMPLE_CHARACTERS // max(1, len(proses)))
    sample = " ".join(prose[:share] for prose in proses)[: 2 * SAMPLE_CHARACTERS]
    return language_of(sample)[0]


def passage_language(prose: str, of_document: str) -> str:
    """Return the language of a passage within a document of a known language."""
    if len(prose.split()) < PASSAGE_WORDS:
        return of_document
    code, probability = language_of(prose)
    return code if probability >= SURE else of_document


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
