"""Marks in a paragraph's text that CommonMark leaves because it does not know or accept them."""

import re

# `**Note: **text`: authors mean strong text, but CommonMark wants no space within the stars.
_STARS = re.compile(r"`[^`]*`|(?<![\w*)])\*\*(?![\s*]*\*)([^*`]{1,200}?)\*\*(?!\*)")
# `[text][12]` without a definition, `[text][text]`, and a link whose address has a space in it.
_REFERENCE = re.compile(
    r"`[^`]*`|\[([^\[\]`]{1,200})\](?:\[(\d{1,4}|\1)\]|\((?:https?://|/)[^()`]{0,300}\))"
)
# GitHub's names of emoji, those that carry a meaning in tables and notes.
_EMOJI = {
    "warning": "⚠️",
    "white_check_mark": "✅",
    "heavy_check_mark": "✔️",
    "x": "❌",
    "heavy_multiplication_x": "✖️",
    "information_source": "ℹ️",
    "exclamation": "❗",
    "construction": "🚧",
    "bulb": "💡",
    "memo": "📝",
    "rocket": "🚀",
    "tada": "🎉",
    "star": "⭐",
    "lock": "🔒",
}
_EMOJI_NAME = re.compile(rf"(?<![\w:`/]):({'|'.join(_EMOJI)}):(?![\w:`])")


def without_stray_marks(text: str) -> str:
    """Return one line of text without stray stars and references, and with emoji for their names.

    Code spans stay as they are.
    """
    if "**" in text:
        text = _STARS.sub(_words, text)
    if "](" in text or "][" in text:
        text = _REFERENCE.sub(lambda found: found[1] or found[0], text)
    return _EMOJI_NAME.sub(lambda found: _EMOJI[found[1]], text) if ":" in text else text


def _words(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[0]  # a code span
    after = found.string[found.end() : found.end() + 1]
    return f"{found[1]} " if found[1][-1] in ":." and after.isalnum() else found[1]
