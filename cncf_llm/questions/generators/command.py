"""Commands: a shell block with the sentence before it that says what it does."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from cncf_llm.questions.blocks import Block
from cncf_llm.questions.context import aside, is_tutorial
from cncf_llm.questions.facts import Drop, Fact, Phrasings
from cncf_llm.questions.instructions import (
    MAKES_THE_SOFTWARE,
    bare_verb,
    first_person,
    is_shell,
    lacking,
)
from cncf_llm.questions.section import Section, project_name, with_version
from cncf_llm.questions.sentences import sentences
from cncf_llm.questions.words import normalised

COMMAND = Phrasings(
    training=(
        "With {project}, which command do I run to {purpose}?",
        "Which command would {purpose} in {project}?",
        "How do I {purpose} from a shell when I use {project}?",
    ),
    held_out=("What would I type in a terminal to {purpose} when working with {project}?",),
)

COMMAND_WITH_PROJECT = Phrasings(  # the purpose itself names the project
    training=("Which command do I run to {purpose}?", "How do I {purpose} from a shell?"),
    held_out=("What would I type in a terminal to {purpose}?",),
)

MOST_LINES = 4  # a longer block is a script, which one purpose does not explain

_PURPOSES = (
    re.compile(
        r"(?:.*?[,;] )?to (?P<purpose>[a-z].+?),? (?:please )?(?:run|use|execute|type|enter"
        r"|issue|you can|just|simply|do)\b.*:$",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:.*?\b)?(?:run|use|execute|issue|with) (?:the following|this|these|the) "
        r"(?:[\w`-]+ )?commands? to (?P<purpose>.+?):$",
        re.IGNORECASE,
    ),
    re.compile(r"(?:this|the following) command (?P<purpose>\w+s .+?):$", re.IGNORECASE),
    re.compile(
        r"(?:you|we) can (?:also |then )?(?P<purpose>[a-z].+?),? (?:with|using|by "
        r"(?:running|using|executing))\b.*:$",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<purpose>[A-Z][a-z]+ .+?)(?:,? (?:with|using|by|via)(?: .{0,40})?|,? as follows"
        r"|,? like so|,? like this)?:$"
    ),
)
_THIRD_PERSON = re.compile(r"(\band (?:then )?)(\w+s)\b")  # starts X "and prints" Y
_VAGUE = re.compile(
    r"\b(?:it|its|this|that|these|those|them|they|their|our|we|us|above|below|following|same|again|"
    r"previous|before|earlier|next|now|here|also|first|second|such|another|new one|both|example|"
    r"commands?|you (?:created|just|defined|made|installed|deployed)|"
    r"the (?:application|app|program|demo|file|output|response|result|change|value)s?)\b",
    re.IGNORECASE,
)

_NO_COMMAND = re.compile(r"\w+\{\w+=|[\w.]+=\S*$")  # a query; a line of a configuration file


def facts(project: Mapping[str, object], section: Section) -> Iterable[Fact | Drop]:
    """Yield the commands that a section explains."""
    if is_tutorial(section):
        return  # its commands handle what the tutorial has made
    asked = project_name(project, section)
    for before, block in pairwise(section.blocks):
        if before.kind != "paragraph" or not is_shell(block):
            continue
        purpose = _purpose(sentences(before.text)[-1])
        if purpose is None:
            continue
        vague = _VAGUE.search(purpose)
        if vague:
            yield Drop("not-self-contained", f"{section.heading}: {purpose!r} says {vague[0]!r}")
            continue
        lines = _commands(block)
        if not lines or MAKES_THE_SOFTWARE.search("\n".join(lines)):
            continue
        if len(lines) > MOST_LINES:
            yield Drop("answer-too-long", f"{section.heading}: {len(lines)} lines to {purpose}")
            continue
        missing = lacking([block]) or _unset_variable(lines)
        if missing or lines[0].endswith(":") or _NO_COMMAND.match(lines[0]):
            yield Drop("answer-incomplete", f"{section.heading}: lacks {missing or 'a command'}")
            continue
        named = re.findall(r"`([^`]+)`", purpose)
        if len(lines) > 1 and any(sum(name in line for line in lines) == 1 for name in named):
            yield Drop("answer-incomplete", f"{section.heading}: more commands than {purpose!r}")
            continue
        if section.part:
            purpose = f"{purpose} for {section.part}"
        topic = aside(section, f"{purpose} {asked}")
        purpose = with_version(purpose, project, section) + topic
        own = normalised(asked) in normalised(purpose)
        phrasings = COMMAND_WITH_PROJECT if own else COMMAND
        yield phrasings.fact("command", purpose, _answer(lines), project=asked, purpose=purpose)


def _purpose(sentence: str) -> str | None:
    """Return what a sentence such as "To list members, run:" promises: "list members"."""
    for pattern in _PURPOSES:
        match = pattern.match(sentence)
        if match is None:
            continue
        first, _, rest = match["purpose"].strip().partition(" ")
        verb = bare_verb(first)
        if verb and first.endswith("s") and verb != first.lower():
            rest = _THIRD_PERSON.sub(_bare, rest)
        elif verb != first.lower():
            continue
        if (
            verb
            and verb != "use"
            and not rest.startswith(("by ", "with "))
            and len(rest.split()) <= 14
            and len(rest) > 1
        ):
            return first_person(f"{verb} {rest.rstrip(',.')}")
    return None


def _bare(match: re.Match[str]) -> str:
    return match[1] + (bare_verb(match[2]) or match[2])


def _commands(block: Block) -> list[str]:
    """Return the lines that are typed: without prompt, comments and output."""
    lines = [line.rstrip() for line in block.items[0].split("\n")]
    prompted = any(re.match(r"\s*[$#>] \S", line) for line in lines)
    typed: list[str] = []
    continued = False
    for line in lines:
        if _heads_output(line):
            break
        prompt = re.match(r"\s*[$>] (?P<rest>.+)", line)
        if continued or (prompt and prompted):
            typed.append(prompt["rest"] if prompt and not continued else line)
        elif not prompted and line and not line.lstrip().startswith("#"):
            typed.append(line)
        else:
            continue
        continued = line.endswith("\\")
    return typed


def _heads_output(line: str) -> bool:
    """Tell the head of a printed table, such as "NAME   STATUS   AGE", from a command."""
    cells = re.split(r" {2,}|\t", line.strip())
    return len(cells) > 1 and all(re.fullmatch(r"[A-Z][A-Z0-9 _/-]*", cell) for cell in cells)


def _unset_variable(lines: list[str]) -> str | None:
    """Return a variable, in lower case as an earlier step's are, that no line sets."""
    typed = "\n".join(lines)
    for match in re.finditer(r"\$\{?([a-z][a-z0-9_]*)\b", re.sub(r"'[^']*'", "", typed)):
        if not re.search(rf"\b{match[1]}=|\bfor {match[1]} in\b|\bread {match[1]}\b", typed):
            return f"the value of {match[0]}"
    return None


def _answer(lines: list[str]) -> str:
    if len(lines) == 1 and "`" not in lines[0]:
        return f"Run `{lines[0].strip()}`."
    return "Run:\n\n```bash\n" + "\n".join(lines) + "\n```"
