"""Passages for the tests of this folder, written for them."""

from cncf_llm_tests.questions.literals import PROJECT, frame, passage

NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty".split()
)


def text(word, more=""):
    """Return a passage's text that is fit for facts."""
    return (
        f"The storage block number {word} keeps its samples for {word} hours before they are "
        f"compacted into a larger block. A setting of the server decides how many such blocks may "
        f"wait, and the metrics page of the server shows how many there are at any time.{more}"
    )


def documents(count, **changed):
    """Return PASSAGES of `count` documents of one passage; `changed` maps words to more text."""
    return frame(
        *(
            passage(text(word, changed.get(word, "")), f"Block {word}", path=f"docs/{word}.md")
            for word in NUMBERS[:count]
        )
    )


__all__ = ["PROJECT", "documents", "text"]
