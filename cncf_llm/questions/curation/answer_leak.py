"""Does the question give its answer away?"""

import re

from cncf_llm.questions.curation.case import Case, prose_of
from cncf_llm.questions.curation.terms import content_words
from cncf_llm.questions.facts import Drop
from cncf_llm.questions.words import ngrams, words

SAID = 0.8  # share of the answer's content that the question says already
RUN = 10  # words in a row
_FEW = 3
# These answers add a decision, which the question leaves open.
_DECIDES = re.compile(
    r"(?:yes|no|not|never|only|true|false|neither|both|all|none)\b", re.IGNORECASE
)
_SPAN = re.compile(r"`([^`\n]+)`")
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)


def leaks_no_answer(case: Case) -> Drop | None:
    """Refuse a question that says what its answer says. Code in an answer is not judged."""
    answer = prose_of(case.answer)
    if not answer or "```" in case.answer or _DECIDES.match(answer):
        return None
    if _CHOICE.search(case.question) or _new_code(case):
        return None
    run = ngrams(words(answer), RUN) if len(words(answer)) >= RUN else set()
    if shared := sorted(run & ngrams(words(case.question), RUN)):
        return Drop("answer-in-question", f"{' '.join(shared[0])}: {case.question}")
    said, asked = content_words(answer), set(content_words(case.question))
    known = [word for word in said if word in asked]
    if not said or (len(said) < _FEW and len(known) < len(said)):
        return None
    if len(known) >= SAID * len(said):
        return Drop("answer-in-question", f"{len(known)} of {len(said)} words: {case.question}")
    return None


def _new_code(case: Case) -> bool:
    """Tell whether the answer has code, such as a command or a default, that nobody asked with."""
    return any(code not in case.question for code in _SPAN.findall(case.answer))
