"""Reading units of text: rules over every unit, the trained component where names are left."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cncf_llm.entities.ambiguity import names_something
from cncf_llm.entities.context import (
    as_tool,
    code_spans,
    kinds_by_noun,
    marked_spans,
    own_names,
    versions,
)
from cncf_llm.entities.gazetteer import commands_alone
from cncf_llm.entities.guesses import plausible, worth_reading
from cncf_llm.entities.labels import COMPONENT, KUBERNETES_KIND, LABELS, PROJECT
from cncf_llm.entities.plain import Unit, sentences
from cncf_llm.entities.recognizer import Recognizer
from cncf_llm.entities.spans import Span, without_overlaps

_TEXTS_AT_ONCE = 256


@dataclass(frozen=True)
class Found:
    """What was found in one unit: spans, and ambiguous names left out for want of context."""

    spans: list[Span]
    unclear: list[Span]


def recognize(recognizer: Recognizer, units: Iterable[tuple[Unit, str | None]]) -> Iterator[Found]:
    """Find the entities in each unit. With a unit comes the name of the project it belongs to."""
    pairs = list(units)
    found = [by_rule(recognizer, unit, own) for unit, own in pairs]
    texts = [unit for unit, _ in pairs]
    if recognizer.model is not None:
        yield from _with_model(recognizer, texts, found)
    elif "ner" in recognizer.nlp.pipe_names:
        yield from _with_guesses(recognizer, texts, found)
    else:
        yield from found


def by_rule(recognizer: Recognizer, unit: Unit, own: str | None) -> Found:
    """Find what lists, shapes and the words around them give away."""
    names = recognizer.names
    if unit.kind == "code":
        return Found(without_overlaps(code_spans(unit, names.subcommands)), [])
    spans = list(marked_spans(unit, names.subcommands, commands_alone()))
    unclear: list[Span] = []
    listed = [*names.spans(unit.text), *kinds_by_noun(unit.text)]
    starts = {known.start for known in listed if known.label == KUBERNETES_KIND}
    ends = {known.end for known in listed if known.label in (PROJECT, COMPONENT)}
    for known in listed:
        span = as_tool(known, unit.text)
        kind_case = recognizer.unsure.get(unit.text[known.start : known.end])
        if (
            kind_case is None
            or known.method != "gazetteer"
            or names_something(
                unit.text,
                span.start,
                span.end,
                span.label,
                own=own is not None and span.name == own,
                kind_case=kind_case,
                before_name=known.end + 1 in starts,
                after_name=known.start - 1 in ends,
            )
        ):
            spans.append(span)
        else:
            unclear.append(span)
    spans += versions(unit, spans)
    spans += own_names(unit.text, spans)
    return Found(without_overlaps(spans), unclear)


def _with_guesses(
    recognizer: Recognizer, units: Sequence[Unit], found: Sequence[Found]
) -> Iterator[Found]:
    ordinary = recognizer.ordinary
    chosen = []  # (sentence, (index of its unit, its offset))
    for at, (unit, one) in enumerate(zip(units, found, strict=True)):
        if unit.kind == "code":
            continue
        known = [*one.spans, *one.unclear]
        for start, end in sentences(unit.text):
            if worth_reading(unit.text, start, end, known, ordinary):
                chosen.append((unit.text[start:end], (at, start)))
    guesses: dict[int, list[Span]] = {}
    docs = recognizer.nlp.pipe(chosen, as_tuples=True, batch_size=_TEXTS_AT_ONCE)
    for doc, (at, offset) in docs:
        for entity in doc.ents:
            if entity.ent_id_:
                continue  # a rule's
            start, end = offset + entity.start_char, offset + entity.end_char
            span = Span(start, end, entity.label_, entity.text, "statistical")
            if plausible(span, units[at].text, found[at].spans, ordinary):
                guesses.setdefault(at, []).append(span)
    for at, one in enumerate(found):
        mine = [
            guess
            for guess in guesses.get(at, ())
            if all(guess.end <= s.start or s.end <= guess.start for s in one.unclear)
        ]
        yield Found(without_overlaps([*one.spans, *mine]), one.unclear) if mine else one


def _with_model(
    recognizer: Recognizer, units: Sequence[Unit], found: Sequence[Found]
) -> Iterator[Found]:
    assert recognizer.model is not None  # noqa: S101 - the caller has looked
    prose = [(unit.text, at) for at, unit in enumerate(units) if unit.kind != "code"]
    docs = recognizer.model.pipe(prose, as_tuples=True, batch_size=_TEXTS_AT_ONCE)
    judged: dict[int, list[Span]] = {}
    for doc, at in docs:
        judged[at] = [
            Span(
                entity.start_char,
                entity.end_char,
                entity.label_,
                recognizer.names.lexicon.name_of(entity.text, entity.label_) or entity.text,
                "model",
            )
            for entity in doc.ents
            if entity.label_ in LABELS and entity.text.strip() == entity.text
        ]
    for at, one in enumerate(found):
        spans = without_overlaps([*judged.get(at, ()), *one.spans])
        clear = [u for u in one.unclear if all(u.end <= s.start or s.end <= u.start for s in spans)]
        yield Found(spans, clear)
