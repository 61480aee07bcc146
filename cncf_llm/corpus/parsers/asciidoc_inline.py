"""AsciiDoc's inline markup as Markdown's."""

import re

# Targets have a limit, so that a line of macros without an end takes no time that grows with its
# square.
_MACRO = re.compile(
    r"(?:(?:link|xref|mailto):[^\s\[\]]{0,500}|(?<![\w`])https?://[^\s\[\]<>\"]{1,500})"
    r"\[([^\]\[]*)\]"
)
_CROSS_REFERENCE = re.compile(r"<<([^<>,]+)(?:,\s*([^<>]+))?>>")
_DROPPED = re.compile(
    r"\[\[[^\]\[]*\]\]|(?:image|icon|footnote|indexterm2?|anchor):[^\s\[]{0,500}\[[^\]\[]*\]"
    r"|\(\(\([^()]*\)\)\)"
)
_UI_MACRO = re.compile(r"\b(?:kbd|btn|menu|pass|stem):[^\s\[]{0,500}\[([^\]\[]*)\]")
_ROLE = re.compile(r"\[\.?[\w.-]{1,100}\](?=[#*_`])")
_PASSED = re.compile(r"`\+(.{1,500}?)\+`|(?<!\w)\+(\S(?:[^+]*\S)?)\+(?!\w)")
_HASHED = re.compile(r"(?<![\w#&])#(\S(?:[^#]*\S)?)#(?!\w)")
_REFERENCE = re.compile(r"\{([a-zA-Z][\w-]*)\}")
_BREAK = re.compile(r"\s\+$")
_LONGEST_LINE = 200_000  # characters with the attributes resolved
_BUILT_IN = {
    "nbsp": " ",
    "empty": "",
    "sp": " ",
    "plus": "+",
    "asterisk": "*",
    "vbar": "|",
    "lt": "<",
    "gt": ">",
    "amp": "&",
    "backtick": "`",
    "cpp": "C++",
}
_LONGEST_VALUE = 200


class Attributes:
    """The attributes that a document has defined so far."""

    def __init__(self) -> None:
        self._values = dict(_BUILT_IN)

    def define(self, name: str, value: str) -> None:
        """Define an attribute, or remove it when its name begins or ends with `!`."""
        if "!" in name:
            self._values.pop(name.strip("!"), None)
        else:  # resolved now and short, so that definitions cannot multiply
            self._values[name] = self.resolve(value)[:_LONGEST_VALUE]

    def resolve(self, text: str) -> str:
        """Return the text with the attributes that are defined replaced by their values."""
        if text.count("{") * _LONGEST_VALUE > _LONGEST_LINE:
            return text
        return _REFERENCE.sub(lambda found: self._values.get(found[1], found[0]), text)


def inline(text: str, attributes: Attributes) -> str:
    """Return one line of AsciiDoc as Markdown: links as their text, code in back-ticks."""
    text = attributes.resolve(_BREAK.sub("", text))
    text = _DROPPED.sub("", text)
    text = _MACRO.sub(_link_text, text)
    text = _CROSS_REFERENCE.sub(
        lambda found: found[2] or found[1].strip("#_").replace("_", " "), text
    )
    text = _UI_MACRO.sub(r"\1", text)
    text = _ROLE.sub("", text)
    text = _PASSED.sub(lambda found: f"`{found[1] or found[2]}`", text)
    return _HASHED.sub(r"\1", text)


def _link_text(found: re.Match[str]) -> str:
    text = re.split(r",\s*(?:window|role|opts)=", found[1])[0].rstrip("^").strip('"')
    return text or found[0].partition("[")[0].removeprefix("link:").removeprefix("xref:")
