"""Flags that many commands inherit, asked about for a few of them."""

from cncf_llm.questions.facts import Fact
from cncf_llm.questions.merge import Stated
from cncf_llm.questions.words import normalised
from cncf_llm.store import content_hash

MOST_COMMANDS = 3  # that are asked about for one flag which they share


def few_of_each_flag(stated: list[Stated]) -> tuple[list[Stated], list[Stated]]:
    """Return the facts without flags that more than `MOST_COMMANDS` commands share, and those.

    A hundred commands inherit the flags of their parent, in the same words. Of each flag and
    meaning those commands stay whose names have the lowest hash.
    """
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for one in stated:
        if one.fact.kind == "setting" and one.fact.subject.startswith("-"):
            commands = found.setdefault(_flag(one.fact), {})
            commands[one.fact.subject] = content_hash(one.fact.subject)
    kept = {
        key: set(
            sorted(commands, key=lambda name, commands=commands: commands[name])[:MOST_COMMANDS]
        )
        for key, commands in found.items()
    }

    def stays(one: Stated) -> bool:
        return one.fact.subject in kept.get(_flag(one.fact), (one.fact.subject,))

    return [one for one in stated if stays(one)], [one for one in stated if not stays(one)]


def _flag(fact: Fact) -> tuple[str, str, str]:
    return fact.subject.partition(" of ")[0], normalised(fact.answer), fact.version
