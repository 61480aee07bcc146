"""The spaCy component that marks what lists and shapes give away, before the trained one looks.

Once `register` was called, spaCy knows the factory `cncf_llm_known_names`.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cncf_llm.entities.gazetteer import Gazetteer, commands_alone
from cncf_llm.entities.lexicon import Lexicon, build_lexicon, lexicon_of
from cncf_llm.entities.patterns import before_nouns, commands, shaped
from cncf_llm.entities.spans import Span, without_overlaps

if TYPE_CHECKING:
    from spacy.tokens import Doc

FACTORY = "cncf_llm_known_names"
_FILE = "names.json"


class KnownNames:
    """Mark known names, shapes and commands as entities. They are the same without a document."""

    def __init__(self) -> None:
        self.lexicon = Lexicon({})
        self.subcommands: dict[str, tuple[str, ...]] = {}
        self.fields: frozenset[str] = frozenset()
        self.plugins: frozenset[str] = frozenset()

    def learn(self, gazetteer: Gazetteer) -> None:
        """Take the names of a gazetteer."""
        self.lexicon = build_lexicon(gazetteer)
        self.subcommands = dict(gazetteer.subcommands)
        self.fields, self.plugins = gazetteer.fields, gazetteer.plugins

    def spans(self, text: str) -> Iterator[Span]:
        """Yield known names, shapes and commands in a text. They may overlap."""
        yield from self.lexicon.find(text)
        yield from shaped(text)
        if self.subcommands:
            yield from commands(text, self.subcommands, commands_alone())
        yield from before_nouns(text, self.fields, self.plugins)

    def __call__(self, doc: "Doc") -> "Doc":
        """Set the document's entities; `ent_id_` is the entity's name."""
        found = []
        for span in without_overlaps(self.spans(doc.text)):
            part = doc.char_span(span.start, span.end, label=span.label, span_id=span.name)
            if part is not None:  # else the tokenizer sees no such words
                found.append(part)
        doc.set_ents(found)
        return doc

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the names; spaCy calls this."""
        forms = sorted({form for forms in self.lexicon.by_first.values() for form in forms})
        names = {
            "forms": forms,
            "subcommands": dict(sorted(self.subcommands.items())),
            "fields": sorted(self.fields),
            "plugins": sorted(self.plugins),
        }
        Path(path).mkdir(parents=True, exist_ok=True)
        text = json.dumps(names, ensure_ascii=False, indent=0)
        (Path(path) / _FILE).write_text(text + "\n", encoding="utf-8")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "KnownNames":
        """Read what `to_disk` wrote; spaCy calls this."""
        names = json.loads((Path(path) / _FILE).read_text(encoding="utf-8"))
        self.lexicon = lexicon_of((form, label, name) for form, label, name in names["forms"])
        self.subcommands = {name: tuple(subs) for name, subs in names["subcommands"].items()}
        self.fields, self.plugins = frozenset(names["fields"]), frozenset(names["plugins"])
        return self


@cache
def register() -> str:
    """Make the component known to spaCy; return the name of its factory."""
    from spacy.language import Language

    def create(nlp: Any, name: str) -> KnownNames:
        return KnownNames()

    Language.factory(FACTORY, assigns=["doc.ents", "token.ent_type", "token.ent_id"], func=create)
    return FACTORY
