"""Questions that documents ask themselves: headings that end with a question mark.

The question is its author's own words, so there is no other phrasing to hold out. Held out are the
same words: `recall` finds that training asks them and takes no item, `unseen` asks them of the
documents that train nothing.
"""

import re
from collections.abc import Iterable, Mapping

from cncf_llm.questions.context import is_faq, is_list_of_links, is_vague, leans_on_links, topic
from cncf_llm.questions.facts import Drop, Fact, Phrasings
from cncf_llm.questions.instructions import MAKES_THE_SOFTWARE, lacking
from cncf_llm.questions.section import Section, project_name
from cncf_llm.questions.sentences import (
    points_elsewhere,
    sentence_case,
    sentences,
    without_last_pointer,
    without_pointers,
)
from cncf_llm.questions.words import normalised, word_set, words

OWN = Phrasings(training=("{question}",), held_out=("{question}",))
OF_PROJECT = Phrasings(
    training=("I have a question about {project}. {question}",),
    held_out=("I have a question about {project}. {question}",),
)
OF_TOPIC = Phrasings(  # off the pages of questions, the heading leans on its page's title
    training=('This is about "{topic}" in {project}. {question}',),
    held_out=('This is about "{topic}" in {project}. {question}',),
)

FEWEST_WORDS = 4  # of the question
FEWEST_ANSWER_WORDS = 8
FEWEST_TOLD = 15  # by an answer that also says where to read on

_MARK = re.compile(r"^(?:q(?:uestion)?\s*\d*\s*[:.)-]|\d+(?:\.\d+)*[.):]?\s)\s*", re.IGNORECASE)
_ASKS = word_set(
    "how what why when where which who can could does do did is are should will would may must has "
    "have was were if i"
)
_ASKS_THE_READER = re.compile(  # a point of a checklist
    r"(?:is|are|do|does|did|have|has|were|was) (?:you|your|the|there)\b", re.IGNORECASE
)
_OF_THE_COMMUNITY = re.compile(
    r"\b(?:what(?:'|’)?s next|where next|who (?:uses|is using|are)|get involved|contribut\w+|get "
    r"help|need (?:more )?help|more information|learn more|what (?:will|did) (?:you|we) learn|"
    r"audience|this (?:guide|page|document)|conference|meetings?|logo|mailing list|slack|roadmap|"
    r"my (?:pr|pull request|commits?)|sign(?:ed)? my|maintainers?|cncf)\b",
    re.IGNORECASE,
)


def facts(project: Mapping[str, object], section: Section) -> Iterable[Fact | Drop]:
    """Yield the question that a section's heading asks, with the section as its answer."""
    question = _MARK.sub("", section.heading.strip())
    if re.match(r"why (?:is|are|do|does|did|can)\b", question, re.IGNORECASE):
        question = question.rstrip("?.") + "?"
    if not question.endswith("?"):
        return
    where = f"{section.title}: {question}"
    first = words(question)[:1]
    if len(words(question)) < FEWEST_WORDS or not first or _OF_THE_COMMUNITY.search(question):
        return
    if first[0] not in _ASKS or _ASKS_THE_READER.match(question):
        return
    if is_vague(question):
        yield Drop("not-self-contained", where)
        return
    if not section.whole:
        yield Drop("answer-too-long", f"{where}: the answer goes over several passages")
        return
    missing = lacking(section.blocks)
    if missing:
        yield Drop("answer-incomplete", f"{where}: lacks {missing}")
        return
    if MAKES_THE_SOFTWARE.search(section.text):
        yield Drop("not-user-documentation", f"{where}: builds or tests the software itself")
        return
    answer = without_pointers(without_last_pointer(section.text))
    if len(words(answer)) < FEWEST_ANSWER_WORDS:
        yield Drop("answer-too-short", where)
        return
    first_sentence, *_ = parts = sentences(answer)
    told = " ".join(part for part in parts if not re.search(r"\b(?:see|refer to)\b", part, re.I))
    if told != " ".join(parts) and len(words(told)) < FEWEST_TOLD:
        yield Drop("needs-link", where)
        return
    leans = leans_on_links(answer) or is_list_of_links(section.raw)
    if leans or points_elsewhere(first_sentence):
        yield Drop("needs-link", where)
        return
    asked = project_name(project, section)
    about = topic(section) if section.heading_path else None
    question = sentence_case(question, section.text, (*section.names, asked))
    question = re.sub(r"(?:^|(?<=[.?!] ))[a-z]", lambda match: match[0].upper(), question)
    own = normalised(asked) in normalised(question)
    if not is_faq(section) and about is None and section.heading_path:
        yield Drop("no-subject", where)
    elif not is_faq(section) and about and not own:
        yield OF_TOPIC.fact(
            "faq", f"{about}: {question}", answer, project=asked, question=question, topic=about
        )
    else:
        phrasings = OWN if own else OF_PROJECT
        yield phrasings.fact("faq", question, answer, project=asked, question=question)
