"""Is the pair as long as a question and an answer are?"""

from cncf_llm.questions.curation.case import Case
from cncf_llm.questions.facts import Drop
from cncf_llm.questions.words import words

QUESTION_WORDS = (3, 100)  # a manifest's question says all that it must contain
ANSWER_WORDS = 400
ANSWER_CHARACTERS = 6_000


def has_fit_length(case: Case) -> Drop | None:
    """Refuse questions and answers that are too short to say something, or too long to be one."""
    asked, said = len(words(case.question)), len(case.answer.split())
    if asked < QUESTION_WORDS[0] or not words(case.answer):
        return Drop("too-short", f"{asked} and {said} words: {case.question[:80]}")
    if asked > QUESTION_WORDS[1] or said > ANSWER_WORDS or len(case.answer) > ANSWER_CHARACTERS:
        return Drop("too-long", f"{asked} and {said} words: {case.question[:80]}")
    return None
