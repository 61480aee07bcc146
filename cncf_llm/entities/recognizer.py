"""The spaCy pipeline: known names and shapes by rule, unknown names by a small neural tagger."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cncf_llm.entities.ambiguity import names_something
from cncf_llm.entities.context import as_tool, code_spans, marked_spans, versions
from cncf_llm.entities.gazetteer import Gazetteer, commands_alone, word_list
from cncf_llm.entities.labels import (
    COMPONENT,
    CONCEPT,
    KUBERNETES_KIND,
    ORGANIZATION,
    PLATFORM,
    PROJECT,
    SETTING,
)
from cncf_llm.entities.patterns import BY_SHAPE, FLAG_BEFORE_VALUE, WHOLE_TOKEN, token_patterns
from cncf_llm.entities.plain import Unit
from cncf_llm.entities.spans import Span, without_overlaps

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Span as SpacySpan

_NAMES_FILE = "names.json"


class RecognizerError(Exception):
    """A recognizer folder cannot be used."""


@dataclass(frozen=True)
class Recognizer:
    """A loaded pipeline, with what the rules need to know beyond it.

    `unsure` maps a form that needs context to whether only its capital sets it apart. `ordinary`
    are the words that the corpus writes in lower case: alone they are nobody's name.
    """

    nlp: "Language"
    unsure: dict[str, bool]
    subcommands: dict[str, tuple[str, ...]]
    ordinary: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """What was found in one unit: spans, and ambiguous names left out for want of context."""

    spans: list[Span]
    unclear: list[Span]


def blank_recognizer(gazetteer: Gazetteer) -> Recognizer:
    """Return a pipeline of rules alone: tokenizer and entity ruler, nothing trained yet."""
    import spacy
    from spacy.util import compile_infix_regex, compile_prefix_regex

    nlp = spacy.blank("en")
    tokenizer: Any = nlp.tokenizer
    tokenizer.token_match = re.compile(rf"^(?:{WHOLE_TOKEN})$").match
    prefixes = [FLAG_BEFORE_VALUE, r"`", *(nlp.Defaults.prefixes or ())]
    tokenizer.prefix_search = compile_prefix_regex(prefixes).search
    infixes = [
        *(nlp.Defaults.infixes or ()),
        r"(?<=[A-Za-z])-(?=[0-9]+\.)",
        r"[{}|()=]",
        r"(?<=\w)/(?=\w)",
    ]
    tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    # spaCy's span ruler in the guise of the entity ruler: the older class counts its patterns anew
    # for each text, which with thousands of names takes longer than all the rest.
    ruler: Any = nlp.add_pipe("future_entity_ruler", name="entity_ruler")
    ruler.add_patterns(
        [*gazetteer.patterns(), *token_patterns(gazetteer.subcommands, commands_alone())]
    )
    unsure = {
        form: entry.kind_case
        for entry in gazetteer.entries
        if entry.ambiguous or entry.kind_case
        for form in entry.forms
    }
    return Recognizer(nlp, unsure, dict(gazetteer.subcommands))


def save_recognizer(recognizer: Recognizer, folder: Path) -> None:
    """Write the pipeline so that `spacy.load(folder)` reads it, and the rules' names beside it."""
    recognizer.nlp.to_disk(folder)
    names = {
        "unsure": dict(sorted(recognizer.unsure.items())),
        "subcommands": dict(sorted(recognizer.subcommands.items())),
        "ordinary": sorted(recognizer.ordinary),
    }
    (folder / _NAMES_FILE).write_text(
        json.dumps(names, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def load_recognizer(folder: Path) -> Recognizer:
    """Read what `save_recognizer` wrote. Raises `RecognizerError` when the folder is not that."""
    import spacy

    try:
        names = json.loads((folder / _NAMES_FILE).read_text(encoding="utf-8"))
        nlp = spacy.load(folder)
    except (OSError, ValueError, KeyError) as error:
        raise RecognizerError(
            f"{folder} is not a recognizer ({error}); materialize entity_recognizer again"
        ) from error
    return Recognizer(
        nlp,
        names["unsure"],
        {name: tuple(subs) for name, subs in names["subcommands"].items()},
        frozenset(names["ordinary"]),
    )


def recognize(recognizer: Recognizer, units: Iterable[tuple[Unit, str | None]]) -> Iterator[Found]:
    """Find the entities in each unit. With a unit comes the name of the project it belongs to."""
    alone = commands_alone()
    pairs = list(units)
    prose = [(unit.text, at) for at, (unit, _) in enumerate(pairs) if unit.kind != "code"]
    docs = {at: doc for doc, at in recognizer.nlp.pipe(prose, as_tuples=True, batch_size=256)}
    for at, (unit, own) in enumerate(pairs):
        if unit.kind == "code":
            found = without_overlaps(code_spans(unit, recognizer.subcommands))
            yield Found(found, [])
            continue
        spans: list[Span] = list(marked_spans(unit, recognizer.subcommands, alone))
        unclear: list[Span] = []
        for entity in docs[at].ents:
            span = as_tool(_to_span(entity), unit.text)
            kind_case = recognizer.unsure.get(entity.text)
            if kind_case is None or names_something(
                unit.text,
                span.start,
                span.end,
                span.label,
                own=own is not None and span.name == own,
                kind_case=kind_case,
            ):
                if span.method != "statistical" or _is_plausible(span, recognizer):
                    spans.append(span)
            else:
                unclear.append(span)
        spans += versions(unit, spans)
        yield Found(without_overlaps(spans), unclear)


# What the statistical component may add. For the other labels the lists and shapes are better.
_LEARNT = frozenset({PROJECT, COMPONENT, ORGANIZATION, KUBERNETES_KIND, SETTING, CONCEPT, PLATFORM})
_KEY = re.compile(r"[a-z][\w.\-/]*[A-Z_.\-/\d][\w.\-/\[\]]*|-{1,2}[a-z][\w-]*")


def _is_plausible(span: Span, recognizer: Recognizer) -> bool:
    """Whether a statistical span looks like its label: a wrong name costs more than none."""
    words = span.name.split()
    if span.label not in _LEARNT or any(not re.search("[A-Za-z]", word) for word in words):
        return False
    if span.label == SETTING:
        return bool(_KEY.fullmatch(span.name))
    if span.label == CONCEPT:
        return len(words) > 1
    if span.label == KUBERNETES_KIND:
        return bool(re.fullmatch(r"(?:[A-Z][a-z0-9]+){2,}", span.name))
    if not re.fullmatch(r"[A-Za-z][\w.+#-]*\w(?: [\w.+#-]*\w)*", span.name) or len(span.name) < 3:
        return False
    if not re.search("[A-Z]", span.name) or words[0] in word_list("calendar"):
        return False
    return not all(word.lower() in recognizer.ordinary for word in words)


def _to_span(entity: "SpacySpan") -> Span:
    """Turn an entity of the pipeline into a span; the ruler's id says which component made it."""
    start, end, rule = entity.start_char, entity.end_char, entity.ent_id_
    if rule == BY_SHAPE:
        return Span(start, end, entity.label_, entity.text, "pattern")
    if rule:
        return Span(start, end, entity.label_, rule, "gazetteer")
    return Span(start, end, entity.label_, entity.text, "statistical")
