"""What an instruction looks like: the verbs that begin one, and the blocks that a shell runs."""

import re
from collections.abc import Iterable

from cncf_llm.questions.blocks import Block
from cncf_llm.questions.words import word_set

VERBS = word_set(
    "access activate add adjust apply attach authenticate back build change check clean clear "
    "collect compile configure connect convert copy create customize debug define delete deploy "
    "disable download edit enable encrypt enforce examine expand export expose extend fetch "
    "filter find fix generate get grant handle import increase inspect install instrument "
    "integrate issue join limit list load log make manage mark migrate monitor mount move open "
    "override package pin poll print protect provide publish pull push query read rebuild recover "
    "reduce register reinstall reload remove rename renew replace replicate reset resize restart "
    "restore restrict retrieve revoke rollback rotate run save scale scan scrape search secure "
    "select send serve set share show shrink sign skip specify split start stop store subscribe "
    "switch sync take terminate test trace transfer trigger troubleshoot tune turn uninstall "
    "update upgrade upload use validate verify view watch wrap write"
)
MAKES_THE_SOFTWARE = re.compile(  # instructions for its developers, and for those of its website
    r"^\s*(?:\$ )?(?:\w+=\S+ )?(?:npm|yarn|pnpm|hugo|bundle|go test|go generate"
    r"|make (?:test|serve|lint|html|docs))\b|`(?:npm|yarn|pnpm) (?:run|start|install)\b",
    re.MULTILINE,
)
_VALUE_MISSING = re.compile(  # a template's value that was not filled in
    r"(?:--version|--namespace|-n)=?(?: {2,}|[ \t]*$)|=\s+-|\s–\w", re.MULTILINE
)
_SHELL = word_set("bash sh shell console shell-session terminal zsh powershell cmd")


def bare_verb(word: str) -> str | None:
    """Return the bare form of an instruction's verb: "Installing" and "installs" give "install"."""
    word = word.lower()
    if word in VERBS:
        return word
    if word.endswith("s"):  # starts, watches, copies
        forms = (word[:-1], word[:-2], word[:-3] + "y")
        return next((bare for bare in forms if bare in VERBS), None)
    stem = word.removesuffix("ing")
    if stem == word:
        return None
    for bare in (stem, stem + "e", stem[:-1]):  # installing, using, running
        if bare in VERBS and (bare != stem[:-1] or stem[-1:] == stem[-2:-1]):
            return bare
    return None


def is_report(heading: str) -> bool:
    """Tell "Rollback fails with an error" from an instruction: a verb follows the first word."""
    return (
        re.match(r"\S+ (?:\S+ )?(?:fails|hangs|is|are|does|was|skips|stops|never)\b", heading)
        is not None
    )


def first_person(task: str) -> str:
    """Return an instruction as the one who follows it says it: "my cluster" for "your cluster"."""
    for yours, mine in (("yourself", "myself"), ("your own", "my own"), ("your", "my")):
        task = re.sub(rf"\b{yours}\b", mine, task)
    task = re.sub(r",?\s+you$", "", task)
    return re.sub(r"\byou (?=have|want|need|use|run)", "I ", task)


def lacking(blocks: Iterable[Block]) -> str | None:
    """Return what a text announces or begins and does not have, None when it has all.

    A flag without its value; or a sentence that ends with a colon, with prose behind it.
    """
    found = list(blocks)
    for block in found:
        missing = _VALUE_MISSING.search(block.items[0]) if is_shell(block) else None
        if missing:
            return f"the value of {missing[0].strip()}"
    for block, after in zip(found, [*found[1:], None], strict=True):
        announces = block.kind == "paragraph" and block.text.endswith(":")
        said = len(block.text.split()) >= 5 and not block.text.startswith("**")
        if announces and said and (after is None or after.kind == "paragraph"):
            return f"what follows {block.text[-40:]!r}"
    return None


def is_shell(block: Block) -> bool:
    """Tell whether a block is commands for a shell: by its language, or by its prompts."""
    if block.kind != "code":
        return False
    return block.language in _SHELL or (
        block.language in ("", "txt", "text") and block.items[0].lstrip().startswith("$ ")
    )
