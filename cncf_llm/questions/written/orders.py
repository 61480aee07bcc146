"""Paragraphs that address the model instead of the reader: nothing is taken from them.

Finding all of them is beyond patterns (Greshake et al., 2023, https://arxiv.org/abs/2302.12173).
The fence and the grounding of each pair hold where a pattern does not; this holds where the order
quotes itself as its own evidence.
"""

import re

from cncf_llm.questions.words import normalised

_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget)\b[^.\n]{0,40}\b(?:above|previous|prior|earlier|preceding|all"
    r"|your)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules?|directions?|orders?|guidelines?)\b"
    r"|\b(?:ignore|disregard|forget) (?:the|everything) (?:above|before)\b"
    r"|\byou are (?:now |no longer )?(?:an? )?(?:AI|assistant|language model|chat ?bot|LLM)\b"
    r"|\b(?:new|system) (?:instructions?|prompt)\s*:"
    r"|\b(?:respond|reply|answer) (?:only|solely|instead|exactly) (?:with|by)\b"
    r"|<\|?(?:im_start|im_end|system|assistant)\|?>|\[/?INST\]",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\S\n]*\S[^\n]*)*")


def orders(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each paragraph of a text that gives orders to a model."""
    found = []
    for paragraph in _PARAGRAPH.finditer(text):
        if _ORDER.search(" ".join(paragraph[0].split())):
            found.append(paragraph.span())
    return found


def obeys(answer: str, text: str) -> bool:
    """Tell whether an answer says what an order in the text says, and nothing else."""
    said = normalised(answer)
    return any(said in normalised(text[start:end]) for start, end in orders(text))
