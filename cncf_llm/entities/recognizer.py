"""The recognizer as a folder: a spaCy pipeline, what the rules need beside it, and at will another
pipeline in place of the trained component.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cncf_llm.entities.gazetteer import Gazetteer
from cncf_llm.entities.patterns import FLAG_BEFORE_VALUE, WHOLE_TOKEN

if TYPE_CHECKING:
    from spacy.language import Language

    from cncf_llm.entities.known_names import KnownNames

NAMES = "known_names"  # the component of lists and shapes
_NAMES_FILE = "names.json"
MODEL = "model"  # folder of a pipeline that was chosen by setting


class RecognizerError(Exception):
    """A recognizer folder cannot be used."""


@dataclass(frozen=True)
class Recognizer:
    """A loaded pipeline, with what the rules need to know beyond it.

    `names` is the pipeline's component of lists and shapes. `unsure` maps a form that needs context
    to whether only its capital sets it apart. `ordinary` are the words that the corpus writes in
    lower case: alone they are nobody's name. `model` is another pipeline, whose entities win over
    the rules and stand in for the trained component; None for the embedded one. `apis` maps an API
    kind to each `group/version` under which the corpus defines it.
    """

    nlp: "Language"
    names: "KnownNames"
    unsure: dict[str, bool]
    ordinary: Collection[str] = frozenset()
    model: "Language | None" = None
    apis: Mapping[str, Sequence[str]] = field(default_factory=dict)


def blank_recognizer(gazetteer: Gazetteer) -> Recognizer:
    """Return a pipeline of rules alone: tokenizer, lists and shapes, nothing trained yet."""
    import spacy
    from spacy.util import compile_infix_regex, compile_prefix_regex

    from cncf_llm.entities.known_names import register

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
    names: Any = nlp.add_pipe(register(), name=NAMES)
    names.learn(gazetteer)
    unsure = {
        form: entry.kind_case
        for entry in gazetteer.entries
        if entry.ambiguous or entry.kind_case
        for form in entry.forms
        if entry.kind_case or re.fullmatch(r"\w+", form)
    }
    return Recognizer(nlp, names, unsure, apis=gazetteer.apis)


def save_recognizer(recognizer: Recognizer, folder: Path) -> None:
    """Write the pipeline so that `spacy.load(folder)` reads it, and the rules' names beside it."""
    recognizer.nlp.to_disk(folder)
    names = {
        "unsure": dict(sorted(recognizer.unsure.items())),
        "ordinary": sorted(recognizer.ordinary),
        "apis": {kind: list(recognizer.apis[kind]) for kind in sorted(recognizer.apis)},
    }
    (folder / _NAMES_FILE).write_text(
        json.dumps(names, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def load_recognizer(folder: Path) -> Recognizer:
    """Read what `save_recognizer` wrote, and a chosen pipeline where `adopt_pipeline` put one.

    Raises `RecognizerError` when the folder is not that.
    """
    import spacy

    from cncf_llm.entities.chosen import load_pipeline
    from cncf_llm.entities.known_names import KnownNames, register

    register()
    try:
        names = json.loads((folder / _NAMES_FILE).read_text(encoding="utf-8"))
        nlp = spacy.load(folder)
        component = nlp.get_pipe(NAMES)
    except (OSError, ValueError, KeyError) as error:
        raise RecognizerError(
            f"{folder} is not a recognizer ({error}); materialize entity_recognizer again"
        ) from error
    if not isinstance(component, KnownNames):
        raise RecognizerError(f"{folder}: {NAMES} is another component than this package's")
    model = load_pipeline(folder / MODEL) if (folder / MODEL).is_dir() else None
    unsure, ordinary, apis = names["unsure"], frozenset(names["ordinary"]), names["apis"]
    return Recognizer(nlp, component, unsure, ordinary, model, apis)


def load_apis(folder: Path) -> dict[str, list[str]]:
    """Return each API kind's `group/version`s from a recognizer's folder, without spaCy.

    Raises `RecognizerError` when the folder is none.
    """
    try:
        return json.loads((folder / _NAMES_FILE).read_text(encoding="utf-8"))["apis"]
    except (OSError, ValueError, KeyError) as error:
        raise RecognizerError(
            f"{folder} is not a recognizer ({error}); materialize entity_recognizer again"
        ) from error
