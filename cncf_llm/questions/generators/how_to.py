"""Instructions: a section whose heading names a task and whose text gives its steps."""

import re
from collections.abc import Iterable, Mapping

from cncf_llm.questions.blocks import Block
from cncf_llm.questions.context import aside, is_list_of_links, is_tutorial
from cncf_llm.questions.facts import Drop, Fact, Phrasings
from cncf_llm.questions.instructions import (
    MAKES_THE_SOFTWARE,
    bare_verb,
    first_person,
    is_report,
    is_shell,
    lacking,
)
from cncf_llm.questions.section import Section, project_name, with_version
from cncf_llm.questions.sentences import sentence_case, without_last_pointer
from cncf_llm.questions.words import normalised, word_set, words

TASK = Phrasings(
    training=(
        "In {project}, how do I {task}?",
        "What are the steps to {task} in {project}?",
        "I use {project}. How can I {task}?",
    ),
    held_out=("Working with {project}, how would I go about it if I want to {task}?",),
)
TASK_WITH_PROJECT = Phrasings(  # the task itself names the project
    training=("How do I {task}?", "What are the steps to {task}?", "How can I {task}?"),
    held_out=("How would I go about it if I want to {task}?",),
)

FEWEST_WORDS = 3  # of prose around the steps

_PART_OF_EXAMPLE = re.compile(
    r"examples?\b|step\b|walkthrough|tutorial|demo\b|.*\b(?:example|tutorial|walkthrough|demo)$",
    re.I,
)
_INSTALLS = re.compile(
    r"\b(?:(?:re)?install\w*|apply|create|upgrade|get|download|curl|wget|docker|podman|brew|make|build"
    r"|deploy|bootstrap|init|press|click|select|run|copy|mv|cp|extract|unpack|untar)\b",
    re.IGNORECASE,
)
_THINGS = re.compile(  # headings that read as instructions and name things: "Build Environment"
    r"(?:build|test|list|load|log|query|access|filter|trigger|trace|store|scale|change|watch|issue"
    r"|transfer|package|share|serve) (?:environment|options?|tags?|balanc\w+|languages?|control"
    r"|logs?|modes?|chains?|specification|levels?|format\w*|types?|parameters|settings|polic\w+|process"
    r"|status|results?|context|information|flow|data|certificates?|tokens?)"
    r"|clean up|(?:get|getting) started|read more|learn more",
    re.IGNORECASE,
)
_OF_AN_EXAMPLE = re.compile(r"\b(?:demo|samples?|examples?|sandbox)\b", re.IGNORECASE)
_OF_THE_INSIDE = re.compile(
    r"\b(?:implementation|internals?|architecture|design|threat model|specification)\b",
    re.IGNORECASE,
)
_BEGINS_LATE = re.compile(
    r"(?:then|next|finally|after|once|now|push the|commit the|lastly|afterwards|in the same)\b"
    r"|[^.:]*\b(?:to|with|use) the new\b",
    re.IGNORECASE,
)
_NEEDS_NO_OBJECT = word_set("install uninstall upgrade build compile download")
_NOUNS = {"installation": "install", "uninstallation": "uninstall", "upgrade": "upgrade"}
_ASKED = re.compile(r"(?:how to|how do i|how can i|how do you|how can you)\s+(.+?)\??$", re.I)
_NUMBERED = re.compile(r"(?:step\s*)?\d+\s*[.:)-]|step\b|phase\b", re.IGNORECASE)
_CONTINUES = re.compile(
    r"\b(?:previous(?:ly)?|earlier|as before|again|now (?:that|we|you)|we (?:have|just|already|did"
    r"|can now|now|created|will now)|you (?:just|already|now) |our|next,? we|let's|let us|just "
    r"(?:created|installed|deployed)|from above|last step|next section|like above|above|same as)\b",
    re.IGNORECASE,
)


def facts(project: Mapping[str, object], section: Section) -> Iterable[Fact | Drop]:
    """Yield the instruction that a section gives, if it is one."""
    task = _task(section, project_name(project))
    if task is None or not any(_is_step(block) for block in section.blocks):
        return
    where = " > ".join((section.title, *section.heading_path))
    if not section.whole:
        yield Drop("answer-too-long", f"{where}: the instruction goes over several passages")
        return
    if any(_PART_OF_EXAMPLE.match(each) for each in (section.title, *section.heading_path[:-1])):
        yield Drop("not-self-contained", f"{where}: is a step of an example")
        return
    if MAKES_THE_SOFTWARE.search(section.text):
        yield Drop("not-user-documentation", f"{where}: builds or tests the software itself")
        return
    prose = [block.text for block in section.blocks if block.kind in ("paragraph", "list")]
    if len(words(" ".join(prose))) < FEWEST_WORDS:
        yield Drop("answer-too-short", f"{where}: a command without a word on it")
        return
    if is_tutorial(section):
        yield Drop("not-self-contained", f"{where}: is a step of a tutorial")
        return
    if _OF_THE_INSIDE.search(section.title):
        yield Drop("no-instruction", f"{where}: says what the software does")
        return
    if is_list_of_links(section.raw):
        yield Drop("needs-link", where)
        return
    prose_said = section.text.replace("’", "'")
    if _CONTINUES.search(prose_said) or _BEGINS_LATE.match(prose_said):
        yield Drop("not-self-contained", f"{where}: continues an earlier section")
        return
    missing = lacking(section.blocks)
    if task.startswith("install ") and not _INSTALLS.search(section.text):
        missing = "the installation itself"
    if missing:
        yield Drop("answer-incomplete", f"{where}: lacks {missing}")
        return
    asked = project_name(project, section)
    task = with_version(task, project, section) + aside(section, f"{task} {asked}")
    phrasings = TASK_WITH_PROJECT if normalised(asked) in normalised(task) else TASK
    yield phrasings.fact(
        "how_to", task, without_last_pointer(section.text), project=asked, task=task
    )


def _task(section: Section, project: str) -> str | None:
    """Return what the heading tells to do, as in "install the chart", or None."""
    heading = section.heading.strip().rstrip(".:")
    if _NUMBERED.match(heading) or is_report(heading) or _OF_AN_EXAMPLE.search(heading):
        return None
    if _THINGS.fullmatch(heading):
        return None
    asked = _ASKED.match(heading)
    if asked:
        heading = asked[1]
    first, _, rest = heading.partition(" ")
    if not rest and first.lower() in _NOUNS:
        first = _NOUNS[first.lower()]
    verb = bare_verb(first)
    if verb is None or "?" in rest or "that" in words(rest):
        return None
    if not rest:
        thing = _thing(section, project)
        return f"{verb} {thing}" if verb in _NEEDS_NO_OBJECT and thing else None
    if len(words(rest)) > 12 or (verb == "use" and len(words(rest)) < 2):
        return None
    rest = sentence_case(_and_verbs(rest), section.text, (*section.names, project))
    return first_person(f"{verb} {rest}")


def _and_verbs(rest: str) -> str:
    """Turn "and running X" into "and run X" where the heading joins two instructions."""
    first, _, others = rest.partition(" ")
    second, _, after = others.partition(" ")
    verb = bare_verb(second) if first.lower() in ("and", "or", "&") else None
    if verb is None:
        return rest
    return " ".join(("or" if first.lower() == "or" else "and", verb, after)).strip()


def _thing(section: Section, project: str) -> str | None:
    """Return what a bare "Installation" installs: the page's part, or the project."""
    if section.part:
        return section.part
    tokens = words(section.title)
    if tokens == words(project) or (tokens[:1] and bare_verb(tokens[0])) or not tokens:
        return project if set(words(project)) <= set(tokens) else None
    return section.title if len(tokens) <= 2 and section.title in section.names else None


def _is_step(block: Block) -> bool:
    if block.kind == "list":
        return block.ordered and len(block.items) > 1
    return is_shell(block)
