"""A model's reply read strictly: the pairs in it, or why there are none.

Reasons that refuse a whole reply: `empty-reply`, `too-long`, `refused`, `prompt-echo`,
`prose-reply`, `broken-json`, `wrong-schema`, `empty-list`. `grounding` refuses single pairs.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from cncf_llm.questions.words import ngrams, words
from cncf_llm.questions.written.messages import Reply

MOST_ITEMS = 20  # of one reply: more than three were never asked for
ECHO = 12  # words in a row that a reply has from the prompt only if it repeats it
_THOUGHTS = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*)\n```", re.DOTALL)
_REFUSAL = re.compile(
    r"(?:I'm sorry|I am sorry|Sorry|I apologi[sz]e|I can(?:'|no)t|I am (?:not able|unable)"
    r"|I'm (?:not able|unable)|As an AI)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quote:
    """A quotation: the passage's text from `start` to `end`."""

    passage_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Pair:
    """An accepted pair. `quotes` are its evidence."""

    question: str
    answer: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class Refusal:
    """Why a reply or one of its pairs is not used."""

    reason: str
    detail: str


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class ReplyPair(_Strict):
    """A pair as the model writes it."""

    question: str
    answer: str
    evidence: list[str]


class ReplyParaphrase(_Strict):
    """Another wording of the pair of this number, as the model writes it."""

    number: int
    question: str
    answer: str


class _Pairs(_Strict):
    pairs: list[ReplyPair]


class _Paraphrases(_Strict):
    paraphrases: list[ReplyParaphrase]


def read_pairs(reply: Reply, system: str, mark: str) -> list[ReplyPair] | Refusal:
    """Return the pairs of a reply to a prompt (`system`) whose fence has this mark."""
    found = _read(reply, system, mark, _Pairs)
    return found if isinstance(found, Refusal) else _some(found.pairs)


def read_paraphrases(reply: Reply, system: str, mark: str) -> list[ReplyParaphrase] | Refusal:
    """Return the paraphrases of a reply, likewise."""
    found = _read(reply, system, mark, _Paraphrases)
    return found if isinstance(found, Refusal) else _some(found.paraphrases)


def _read(reply: Reply, system: str, mark: str, shape: type[Any]) -> Any:
    if reply.finish == "too-large":
        return Refusal("too-long", "the reply is over the limit of bytes")
    if reply.finish in ("refused", "content_filter"):
        return Refusal("refused", _start(reply.text))
    text = _THOUGHTS.sub("", reply.text, count=1).strip()
    if not text:
        return Refusal("empty-reply", f"no text; ended by {reply.finish!r}")
    if mark in text or ngrams(words(system), ECHO) & ngrams(words(text), ECHO):
        return Refusal("prompt-echo", _start(text))
    fenced = _FENCED.fullmatch(text)
    text = fenced[1].strip() if fenced else text
    if not text.startswith(("{", "[")):
        reason = "refused" if _REFUSAL.match(text) else "prose-reply"
        return Refusal(reason, _start(text))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        cut = "; it was cut off at the limit of tokens" if reply.finish == "length" else ""
        return Refusal("broken-json", f"{error}{cut}")
    try:
        found = shape.model_validate(value)
        json.dumps(found.model_dump(), ensure_ascii=False).encode()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the reply"
        return Refusal("wrong-schema", f"{place}: {first['msg']}")
    except UnicodeEncodeError:
        return Refusal("wrong-schema", "half a surrogate pair")
    return found


def _some(items: list[Any]) -> list[Any] | Refusal:
    if not items:
        return Refusal("empty-list", "the reply has no items")
    if len(items) > MOST_ITEMS:
        return Refusal("too-long", f"{len(items)} items; {MOST_ITEMS} at most")
    return items


def _start(text: str) -> str:
    line = " ".join(text[:400].split()).encode("utf-8", "replace").decode()
    return line if len(line) <= 80 else line[:79] + "…"
