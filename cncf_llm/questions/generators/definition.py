"""Definitions: "X is a ..." where X is the project, a part of it, or the term of a heading."""

import re
from collections.abc import Iterable, Mapping

from cncf_llm.questions.blocks import plain
from cncf_llm.questions.facts import Fact, Phrasings
from cncf_llm.questions.section import Section, project_name
from cncf_llm.questions.sentences import points_elsewhere, sentence_case, sentences
from cncf_llm.questions.words import normalised, word_set, words

PROJECT = Phrasings(
    training=("What is {project}?", "What kind of software is {project}?"),
    held_out=("How would you describe {project} in a few words?",),
)
TERM = Phrasings(
    training=(
        "What {be} {term} in {project}?",
        "In {project}, what {be} {term}?",
        "Can you explain what {term} {be} in {project}?",
    ),
    held_out=("What does {project} mean by {term}?",),
)
WORD = Phrasings(  # a term that stands without article: "cardinality"
    training=(
        'What does "{term}" mean in {project}?',
        'In {project}, what is meant by "{term}"?',
        'Can you explain the term "{term}" as {project} uses it?',
    ),
    held_out=('How does {project} define "{term}"?',),
)
PART = Phrasings(
    training=(
        "What does {part} of {project} do?",
        "What is {part} in {project} for?",
        "In {project}, what is the job of {part}?",
    ),
    held_out=("Why would I use {part} with {project}?",),
)

ANSWER_WORDS = 60  # a definition is the first sentences of its paragraph, as long as they fit

_DEFINITION = re.compile(
    r"(?P<article>an?|the)?\s*(?P<term>[\w][\w ./+-]{0,48}?)(?: \([^()]{2,40}\))?"
    r"(?:, (?:also|sometimes|often) [^,]+,)? (?P<be>is|are) (?:an?|the)\b"
    r"(?! (?:the )?(?:most|longest|best|easiest|simplest|first|last|recommended|same|default|only"
    r"|ideal|good|great|common|perfect|useful|popular|key|important|new|bit|lot"
    r"|successors?|alternatives?|replacements?|equivalent|opposite)"
    r"\b)",
    re.IGNORECASE,
)
_SAYS_WHOSE = re.compile(  # whose project it is says not what it is
    r".{0,60}\b(?:project (?:under|of|hosted|that is|and)|(?:CNCF|graduated|incubating) project)",
    re.IGNORECASE,
)
_MANUAL_NAME = re.compile(r"[*`]*(?P<term>[\w-]+)[*`]*\s+[-–—]\s+(?P<rest>[a-z-]+s .+)", re.DOTALL)
_OPENS_PAGE = word_set(
    "overview introduction about background definition summary motivation basics"
)
_NO_TERM = word_set(
    "this that it these those there here which what who everything goal purpose idea result reason "
    "problem default following above below first second next other same overview introduction "
    "summary description usage example name type value note help"
)


def facts(project: Mapping[str, object], section: Section) -> Iterable[Fact]:
    """Yield the definitions that a section states."""
    asked = project_name(project, section)
    paragraphs = [block.text for block in section.blocks if block.kind == "paragraph"]
    if not paragraphs:
        return
    manual = _MANUAL_NAME.match(paragraphs[0])
    if manual and section.part and normalised(manual["term"]) in normalised(section.part):
        said = _limited(" ".join(manual["rest"].split())).rstrip(".")
        answer = f"{_capital(section.part)} {said}."
        yield PART.fact("definition", section.part, answer, project=asked, part=section.part)
    names = {normalised(name): label for name, label in section.names.items()}
    for number, paragraph in enumerate(paragraphs):
        match = _DEFINITION.match(plain(paragraph))
        if match is None:
            continue
        term = match["term"].strip()
        named = _named(term, project, section)
        if named:
            if _introduces(section, named) and not _SAYS_WHOSE.match(plain(paragraph)):
                yield PROJECT.fact("definition", named, _limited(paragraph), project=named)
        elif _is_term(term, match["article"], section, names, first=number == 0):
            shown = _shown(term, match["article"], section)
            slots = {"project": asked, "term": shown, "be": match["be"].lower()}
            bare = match["article"] is None and shown.islower() and slots["be"] == "is"
            phrasings = WORD if bare else TERM
            yield phrasings.fact("definition", term.lower(), _limited(paragraph), **slots)


def _introduces(section: Section, name: str) -> bool:
    """Tell whether a section is where a page says what the project is: its beginning."""
    heading = set(words(section.heading)) - set(words(name)) - {"what", "is", "the"}
    return not section.heading_path or heading <= _OPENS_PAGE


def _named(term: str, project: Mapping[str, object], section: Section) -> str | None:
    """Return the name of the project, or of its product, when a term is just that.

    It has no version: what a project is does not change with it.
    """
    aliases = project["aliases"]
    own = [project["name"], project_name(project), *(aliases if isinstance(aliases, list) else ())]
    if normalised(term) in {normalised(str(name)) for name in own}:
        return project_name(project)
    product = section.product or ""
    said = normalised(re.sub(r"\s*\([^()]*\)$", "", product))
    return product if said and said == normalised(term) else None


def _is_term(
    term: str, article: str | None, section: Section, names: Mapping[str, str], *, first: bool
) -> bool:
    """Tell whether a term is one a reader would look up: a known part, or what a heading names."""
    tokens = words(term)
    if not tokens or tokens[0] in _NO_TERM or tokens[-1] in _NO_TERM or len(tokens) > 5:
        return False
    if term.endswith(("List", "Spec", "Status")):
        return False  # of every kind there is one, and little to say of it
    known = names.get(normalised(term))
    if known == "COMPONENT" or (known == "KUBERNETES_KIND" and first):
        return True
    names_it = _singular(term) == _singular(section.heading)
    if not names_it and (not section.heading_path or set(words(section.heading)) <= _OPENS_PAGE):
        names_it = _singular(term) == _singular(section.title)
    if not first or not names_it:
        return False
    glossary = "glossary" in normalised(f"{section.title} {section.path}").split()
    return glossary or len(tokens) > 1 or bool(article) or not term.islower()


def _shown(term: str, article: str | None, section: Section) -> str:
    kept = term if term in section.names else sentence_case(term, section.text)
    if article is None and term not in section.names and not _is_proper(term, section.text):
        kept = kept[0].lower() + kept[1:]  # it began a sentence
    if article and article.lower() == "the":
        return f"the {kept}"
    return f"{article.lower()} {kept}" if article else kept


def _is_proper(term: str, text: str) -> bool:
    """Tell whether a term keeps its capital inside sentences, as far as the text shows."""
    first = term.split(maxsplit=1)[0]
    inside = re.search(rf"[a-z,;] {re.escape(first)}\b", text)
    return first[1:] != first[1:].lower() or inside is not None or first.endswith("ctl")


def _singular(term: str) -> str:
    return " ".join(word.removesuffix("s") for word in words(term))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _limited(paragraph: str) -> str:
    """Return the paragraph's first sentence, and those after it that fit and say more about it."""
    first, *others = sentences(paragraph)
    kept = [first]
    for sentence in others:
        if len(" ".join([*kept, sentence]).split()) > ANSWER_WORDS or points_elsewhere(sentence):
            break
        if sentence.endswith(":"):
            break
        kept.append(sentence)
    return " ".join(kept)
