"""Settings: flags, options, fields and variables in tables, lists and help texts."""

import re
from collections.abc import Iterable, Mapping

from cncf_llm.questions.blocks import plain
from cncf_llm.questions.context import aside
from cncf_llm.questions.facts import Drop, Fact, Phrasings
from cncf_llm.questions.section import Section, project_name
from cncf_llm.questions.sentences import without_pointers
from cncf_llm.questions.setting_forms import described
from cncf_llm.questions.words import normalised, word_set

SETTING = Phrasings(
    training=(
        "What does the `{name}` {noun} do in {project}?",
        "In {project}, what is the `{name}` {noun} for?",
        "Can you explain the `{name}` {noun} of {project}?",
    ),
    held_out=("What effect does the `{name}` {noun} have on {project}?",),
)
SETTING_OF = Phrasings(  # `scope` is the command, part or section that the setting belongs to
    training=(
        "What does the `{name}` {noun} of {scope} do in {project}?",
        "In {project}, what is the `{name}` {noun} of {scope} for?",
        "Can you explain the `{name}` {noun} of {scope} in {project}?",
    ),
    held_out=("What effect does the `{name}` {noun} of {scope} have on {project}?",),
)
METRIC = Phrasings(
    training=(
        "What does the metric `{name}` measure in {project}?",
        "In {project}, what does `{name}` count or measure?",
        "What is the meaning of the `{name}` metric that {project} exposes?",
    ),
    held_out=("I see the metric `{name}` of {project}. What does it tell me?",),
)
LABEL = Phrasings(  # a label is not set: it is attached to something
    training=(
        "What does the `{name}` label stand for in {project}?",
        "In {project}, what is in the `{name}` label?",
        "What is the meaning of the `{name}` label in {project}?",
    ),
    held_out=("How do I read the value of a `{name}` label in {project}?",),
)

_NAMED_ALONE = {"label": LABEL, "metric": METRIC}  # what needs no scope: names are unique
_IS = re.compile(r"(?:is|are) (?!used|set|not|only|optional|required|deprecated|ignored)")
_EXAMPLE_VALUE = re.compile(r"(?:is )?set to \S+|can be replaced .+", re.IGNORECASE | re.DOTALL)
_NO_DEFAULT = frozenset(("", "-", "–", "—", "none", "n/a", "nil", "null", "no default", "required"))
_KIND_OF_SETTINGS = re.compile(
    r"(?P<kind>[\w-]+(?: [\w-]+)?) (?:settings|options|parameters|fields|flags|arguments)", re.I
)
_SETTINGS_OF = re.compile(
    r"(?:settings|options|parameters|fields|flags|arguments) (?:of|for) (?P<scope>(?:an?|the) .+)",
    re.IGNORECASE,
)
_NAMED_PART = re.compile(
    r"(?:the )?(?P<name>[\w-]+) (?P<noun>command|plugin|scaler|controller|agent|operator|daemon)",
    re.IGNORECASE,
)
_TYPE = re.compile(r"(?:message|type|object|struct) (?P<name>[A-Z]\w+)\b")  # API references
_SAYS_NOTHING = word_set(
    "global general other common available all main basic advanced configuration config additional "
    "optional required more the these supported important new useful command-line line command"
)
_TOO_COMMON = frozenset(("--help", "--version", "--verbose", "--help-long", "--help-man"))


def facts(project: Mapping[str, object], section: Section) -> Iterable[Fact | Drop]:
    """Yield the settings that a section describes, with their defaults where it states them."""
    if re.match(r"examples?\b|.*\binherited\b", section.heading, re.IGNORECASE):
        return  # invented settings, and flags of every command, described where they belong
    asked = project_name(project, section)
    for found in described(section):
        name = _name(found.name)
        if name is None or name in _TOO_COMMON or not found.description:
            continue
        noun = _noun(name, found.noun)
        if noun is None:
            yield Drop("no-subject", f"{section.title} > {section.heading}: what is {name}?")
            continue
        if noun == "metric" and str(project["project"]) not in normalised(name).split("_"):
            yield Drop("no-subject", f"{section.title} > {section.heading}: metric {name} of what?")
            continue
        if _EXAMPLE_VALUE.fullmatch(found.description):
            yield Drop("answer-incomplete", f"{name}: only a value, {found.description}")
            continue
        scope = _scope(section, project)
        kind = _KIND_OF_SETTINGS.fullmatch(section.heading)
        if scope is None and kind and kind["kind"].lower() not in _SAYS_NOTHING:
            noun = f"{_lower_first(kind['kind'])} {noun}"
        elif scope is None and not _is_specific(name):
            yield Drop("no-subject", f"{section.title} > {section.heading}: {name} of what?")
            continue
        if scope is None and noun not in (*_NAMED_ALONE, "environment variable"):
            noun += aside(section, f"{name} {noun} {asked}")
        answer = _answer(found.description, found.default)
        subject = f"{name} of {scope}" if scope else f"{name} {noun}" if " " in noun else name
        phrasings = _NAMED_ALONE.get(noun) or (SETTING_OF if scope else SETTING)
        slots = {"project": asked, "name": name, "noun": noun, "scope": scope or ""}
        yield phrasings.fact("setting", subject, answer, **slots)


def _name(shown: str) -> str | None:
    """Return the one name in a cell or item: the long form where a short one stands beside it."""
    bare = re.sub(r"\{[^{}]*\}", "", plain(shown))  # the labels of a metric
    if bare.startswith("<"):
        return None  # stands for values of a type
    names = [part.strip() for part in re.split(r",\s*|\s+/\s+|\s+or\s+", bare)]
    names = [re.split(r"[=\s]", name)[0].strip("<>") for name in names if name]
    if not names:
        return None
    name = max(names, key=len) if names[0].startswith("-") else names[0]
    if len(names) > 1 and not names[0].startswith("-"):
        return None
    return name if re.fullmatch(r"(?:-{1,2}|_{0,2})[A-Za-z][\w./\[\]-]*", name) else None


def _noun(name: str, noun: str | None) -> str | None:
    if name.startswith("-"):
        return "flag"
    if name.isupper() and "_" in name:
        return "environment variable"
    return noun


def _is_specific(name: str) -> bool:
    """Tell whether a name says by itself what it is: more than one word."""
    if name.startswith("--"):
        return len(re.split(r"[-._]", name.strip("-"))) > 1
    parts = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)
    return len(parts) > 1


def _scope(section: Section, project: Mapping[str, object]) -> str | None:
    """Return the command, part or configuration section that the settings belong to."""
    if section.part:
        return section.part
    stem = section.path.rpartition("/")[2].rpartition(".")[0]
    for heading in (*section.heading_path, section.title):
        if (
            " " in heading and heading.replace(" ", "_") == stem
        ):  # pages that a tool writes of itself
            return f"`{heading}`"
    for heading in (*reversed(section.heading_path), section.title):
        bare = heading.strip("<>")
        if re.fullmatch(r"[A-Z]\w+(?:\.[\w\[\]]+)+", heading):
            return f"`{heading}`"
        message = _TYPE.match(heading)
        if message:
            return f"`{message['name']}`"
        named = _NAMED_PART.fullmatch(heading)
        if named and named["name"].lower() not in _SAYS_NOTHING:
            return f"the {named['name']} {named['noun'].lower()}"
        settings_of = _SETTINGS_OF.fullmatch(heading)
        if settings_of:
            return settings_of["scope"]
        if re.fullmatch(r"<[\w-]+>", heading) or re.fullmatch(r"[a-z]+(?:_[a-z]+)+", bare):
            return f"`{bare}`"
        if _is_command(heading, project):
            return f"`{heading}`"
        component = _component(heading, section, project)
        if component:
            return component
    return None


def _is_command(heading: str, project: Mapping[str, object]) -> bool:
    """Tell whether a heading is a command line, such as "helm install" or "promtool check"."""
    first, *rest = heading.split(" ")
    aliases = project["aliases"]
    tools = {str(project["project"]), *(aliases if isinstance(aliases, list) else ())}
    plain_words = all(re.fullmatch(r"[a-z][a-z0-9-]*", word) for word in (first, *rest))
    is_tool = re.fullmatch(r"[a-z]+(?:ctl|tool|utl|adm)", first) is not None
    return plain_words and len(rest) < 4 and (is_tool or bool(rest and first in tools))


def _component(heading: str, section: Section, project: Mapping[str, object]) -> str | None:
    known = f" {normalised(heading)} "
    for name, label in sorted(section.names.items(), key=lambda item: (-len(item[0]), item[0])):
        own = normalised(name) in (normalised(project_name(project)), str(project["project"]))
        if label == "COMPONENT" and not own and f" {normalised(name)} " in known:
            return name
    return None


def _lower_first(phrase: str) -> str:
    """Lower the capital with which a heading begins; "JetStream" and "TLS" keep theirs."""
    return phrase[0].lower() + phrase[1:] if phrase[1:] == phrase[1:].lower() else phrase


def _answer(description: str, default: str) -> str:
    answer = description.strip()
    if not re.search(r"\n\s*[-*] |\n```", answer):
        answer = " ".join(answer.split())
    answer = re.sub(r"(?:is|are) (?=\S)", "", answer, count=1) if _IS.match(answer) else answer
    answer = answer[0].upper() + answer[1:]
    answer = without_pointers(answer)
    if not answer.endswith((".", "!", "?", ":", "```", "...")):
        answer += "."
    stated = plain(default)
    if stated.lower() not in _NO_DEFAULT and "default" not in answer.lower():
        answer += f" The default is `{stated}`."
    return answer
