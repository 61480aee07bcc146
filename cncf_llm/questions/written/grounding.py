"""The pairs of a reply, each held against the passages that it is about.

Reasons: `too-long`, `evidence-missing`, `evidence-not-in-passage`, `evidence-is-an-order`,
`evidence-of-one-passage`, `obeys-document`, `names-no-project`, `no-answer`, `wrong-language`,
`no-manifest`, `broken-yaml`, `names-no-section`, `claims-an-answer`.
"""

import re

from cncf_llm.corpus.language import ENGLISH, passage_language
from cncf_llm.corpus.parsers.blocks import Unreadable
from cncf_llm.corpus.parsers.safe_yaml import NotYaml, load_all
from cncf_llm.questions.blocks import plain
from cncf_llm.questions.words import normalised, words
from cncf_llm.questions.written.judge import Pair, Quote, Refusal, ReplyPair
from cncf_llm.questions.written.orders import obeys, orders
from cncf_llm.questions.written.tasks import Source, Task

MOST_QUESTION_WORDS = 100  # a manifest's question says all that it must contain
MOST_ANSWER_WORDS = 300
MOST_QUOTES = 8
FEWEST_QUOTE_WORDS = 3
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_YAML = re.compile(r"```ya?ml[ \t]*\n(.*?)\n```", re.DOTALL)
_OPEN = re.compile(
    r"\b(?:does|do|did|is|are) not\b|\b(?:doesn't|don't|isn't|aren't)\b|\bno (?:information|mention"
    r"|details?)\b|\bnowhere\b|\bleaves? (?:it|this|that) open\b|\bwithout (?:stating|saying)\b",
    re.IGNORECASE,
)


def ground(written: ReplyPair, task: Task) -> Pair | Refusal:
    """Return a pair whose evidence was found in the task's passages, or why it is refused."""
    question, answer = written.question.strip(), written.answer.strip()
    if refusal := check_wording(question, answer, task.project):
        return refusal
    if any(obeys(answer, source.text) for source in task.sources):
        return Refusal("obeys-document", answer)
    quotes = _find_all(written.evidence, task.sources)
    if isinstance(quotes, Refusal):
        return quotes
    pair = Pair(question, answer, quotes)
    return _of_kind(pair, task) or pair


def check_wording(question: str, answer: str, project: str) -> Refusal | None:
    """Return what is wrong with a question and its answer, whatever the passages say."""
    if len(question.split()) > MOST_QUESTION_WORDS or len(answer.split()) > MOST_ANSWER_WORDS:
        return Refusal("too-long", f"{len(question.split())} and {len(answer.split())} words")
    if not words(answer) or not words(question):
        return Refusal("no-answer", question)
    if normalised(project) not in normalised(question):
        return Refusal("names-no-project", question)
    prose = plain(_CODE.sub(" ", f"{question}\n\n{answer}"))
    if (language := passage_language(prose, ENGLISH)) != ENGLISH:
        return Refusal("wrong-language", f"{language}: {question}")
    return None


def _find_all(evidence: list[str], sources: tuple[Source, ...]) -> tuple[Quote, ...] | Refusal:
    if not evidence:
        return Refusal("evidence-missing", "no quotation")
    if len(evidence) > MOST_QUOTES:
        return Refusal("too-long", f"{len(evidence)} quotations; {MOST_QUOTES} at most")
    quotes = []
    for quotation in evidence:
        if len(words(quotation)) < FEWEST_QUOTE_WORDS:
            return Refusal("evidence-missing", f"too short to prove anything: {quotation!r}")
        found = [quote for source in sources for quote in find_quotes(quotation, source)]
        if not found:
            return Refusal("evidence-not-in-passage", quotation)
        free = [quote for quote in found if not _in_order(quote, sources)]
        if not free:
            return Refusal("evidence-is-an-order", quotation)
        quotes.append(free[0])
    return tuple(dict.fromkeys(quotes))


def find_quotes(quotation: str, source: Source) -> list[Quote]:
    """Return where a passage has the quotation verbatim; white space counts as one space."""
    pattern = r"\s+".join(map(re.escape, quotation.split()))
    return [
        Quote(source.passage_id, match.start(), match.end(), match[0])
        for match in re.finditer(pattern, source.text)
    ]


def _in_order(quote: Quote, sources: tuple[Source, ...]) -> bool:
    text = next(source.text for source in sources if source.passage_id == quote.passage_id)
    return any(start < quote.end and quote.start < end for start, end in orders(text))


def _of_kind(pair: Pair, task: Task) -> Refusal | None:
    if task.kind == "multi_passage" and len({quote.passage_id for quote in pair.quotes}) < 2:
        return Refusal("evidence-of-one-passage", pair.question)
    if task.kind == "yaml":
        return _manifest(pair.answer)
    if task.kind == "unanswerable":
        if normalised(task.sources[0].section) not in normalised(pair.question):
            return Refusal("names-no-section", pair.question)
        if not _OPEN.search(pair.answer):
            return Refusal("claims-an-answer", pair.answer)
    return None


def _manifest(answer: str) -> Refusal | None:
    found = _YAML.findall(answer)
    if len(found) != 1:
        return Refusal("no-manifest", f"{len(found)} blocks of YAML, not one")
    try:
        documents = [each for each in load_all(found[0]) if each is not None]
    except (NotYaml, Unreadable) as error:
        return Refusal("broken-yaml", str(error))
    if not documents or not all(isinstance(each, dict) for each in documents):
        return Refusal("no-manifest", "the YAML is not a mapping of fields")
    return None
