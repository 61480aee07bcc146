"""Does the question give its answer away?"""

import re

from cncf_llm.questions.curation.case import Case, prose_of
from cncf_llm.questions.curation.terms import content_words
from cncf_llm.questions.facts import Drop
from cncf_llm.questions.words import ngrams, words

SAID = 0.9  # share of an answer's content words that the question may have, of ten words or more
RUN = 10  # words in a row
FEW = 3  # content words; a shorter answer leaks only word for word
# These answers add a decision, which the question leaves open.
_DECIDES = re.compile(
    r"(?:yes|no|not|never|only|true|false|neither|both|all|none)\b", re.IGNORECASE
)
# A mark inside a word, or at its beginning: a flag, a path, a field, a variable.
_NAME = re.compile(r"^[-/.$]\w|\w[-/_.:=@]\w|[a-z][A-Z]|[A-Z]{2}|\d")
_SPAN = re.compile(r"`([^`\n]+)`")
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)


def leaks_no_answer(case: Case) -> Drop | None:
    """Refuse a question that says what its answer says. Code in an answer is not judged."""
    answer = prose_of(case.answer)
    if not answer or "```" in case.answer or _DECIDES.match(answer):
        return None
    if _CHOICE.search(case.question) or _new_name(case):
        return None
    run = ngrams(words(answer), RUN) if len(words(answer)) >= RUN else set()
    if shared := sorted(run & ngrams(words(case.question), RUN)):
        return Drop("answer-in-question", f"{' '.join(shared[0])}: {case.question}")
    said, asked = content_words(answer), set(content_words(case.question))
    if not said:
        return None
    if len(said) < FEW:
        if re.search(rf"(?<!\S){re.escape(_bare(answer))}(?!\w)", case.question, re.IGNORECASE):
            return Drop("answer-in-question", f"{answer}: {case.question}")
        return None
    known = [word for word in said if word in asked]
    # In a short answer one word is what was asked for: "is written in Go".
    if len(known) == len(said) or (len(said) >= RUN and len(known) > SAID * len(said)):
        return Drop("answer-in-question", f"{len(known)} of {len(said)} words: {case.question}")
    return None


def _new_name(case: Case) -> bool:
    """Tell whether the answer has code or a name that nobody asked with: a command, a default."""
    if any(code not in case.question for code in _SPAN.findall(case.answer)):
        return True
    asked = {_bare(token) for token in case.question.split()}
    names = (_bare(token) for token in case.answer.split())
    return any(_NAME.search(name) and name not in asked for name in names)


def _bare(token: str) -> str:
    return token.strip(".,;:?!()\"'`")
