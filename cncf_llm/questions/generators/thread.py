"""Stack Overflow threads: the question as it was asked, and the answer that its author accepted.

A thread without accepted answer gives no fact: its text does not tell how its answers were voted.
The questions are their authors' own words. So there is no phrasing to hold out: `recall` has no
item of this kind, and `unseen` asks in the same words about threads that train nothing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from cncf_llm.questions.blocks import plain, without_links
from cncf_llm.questions.context import leans_on_links
from cncf_llm.questions.facts import Drop, Fact, Phrasings
from cncf_llm.questions.section import Section, project_name
from cncf_llm.questions.words import normalised, words

OWN = Phrasings(training=("{question}",), held_out=("{question}",))
OF_PROJECT = Phrasings(
    training=("I have a question about {project}. {question}",),
    held_out=("I have a question about {project}. {question}",),
)

ACCEPTED = "Accepted answer"  # the heading that ingestion gives it
MOST_QUESTION_WORDS = 250
FEWEST_ANSWER_WORDS = 12

_IMAGE = re.compile(r"!\[|i\.(?:sstatic|stack\.imgur)\.(?:net|com)|imgur\.com", re.IGNORECASE)
_LEANS_ON_OTHERS = re.compile(
    r"@\w{3,}|\b(?:(?:other|previous|accepted|above|below) answer|as (?:mentioned|said|suggested|"
    r"commented) by|'s (?:answer|comment)|in (?:the|my) comments?)\b",
    re.IGNORECASE,
)


def facts(project: Mapping[str, object], section: Section) -> Iterable[Fact | Drop]:
    """Yield the question and the accepted answer of a thread, at the passage that answers."""
    if not section.before:
        return
    if section.heading_path != (ACCEPTED,):
        yield Drop("no-accepted-answer", section.title)
        return
    asked = "\n\n".join(text for _, text in section.before)
    question = f"{section.title}\n\n{without_links(asked)}".strip()
    answer = section.text.strip()
    if not section.whole:
        yield Drop("answer-too-long", f"{section.title}: goes over several passages")
    elif len(words(question)) > MOST_QUESTION_WORDS:
        yield Drop("question-too-long", f"{section.title}: {len(words(question))} words")
    elif _IMAGE.search(asked) or leans_on_links(plain(asked)):
        yield Drop("needs-link", f"{section.title}: the question shows a picture or a link")
    elif leans_on_links(answer) or _IMAGE.search(answer):
        yield Drop("needs-link", f"{section.title}: the answer is behind a link")
    elif _LEANS_ON_OTHERS.search(_without_code(answer)):
        yield Drop("not-self-contained", f"{section.title}: the answer speaks of other posts")
    elif len(words(answer)) < FEWEST_ANSWER_WORDS:
        yield Drop("answer-too-short", section.title)
    else:
        name = project_name(project)
        phrasings = OWN if normalised(name) in normalised(question) else OF_PROJECT
        fact = phrasings.fact("thread", section.title, answer, project=name, question=question)
        also = tuple(passage_id for passage_id, _ in section.before)
        yield replace(fact, also=also)


def _without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`]*`", " ", text, flags=re.DOTALL)
