"""Is the pair in English?"""

from functools import lru_cache

from cncf_llm.corpus.language import ENGLISH, passage_language
from cncf_llm.questions.curation.case import Case, prose_of
from cncf_llm.questions.facts import Drop


def is_english(case: Case) -> Drop | None:
    """Refuse a pair whose question or answer is in another language. Code is not judged."""
    for text in (case.question, case.answer, f"{case.question} {case.answer}"):
        language = _language(text)
        if language != ENGLISH:
            return Drop("wrong-language", f"{language}: {text[:80]}")
    return None


@lru_cache(maxsize=1000)  # the phrasings of a fact have one answer
def _language(text: str) -> str:
    return passage_language(prose_of(text), ENGLISH)
