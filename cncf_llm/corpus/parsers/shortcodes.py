"""Hugo shortcodes (`{{< name >}}`, `{{% name %}}`): notes and tabs keep their text, includes go.

https://gohugo.io/content-management/shortcodes/. Shortcodes are replaced before Markdown is parsed,
inside code too, as Hugo does.
"""

import re

_TAG = re.compile(
    r"(?P<alone>^[ \t]*)?\{\{[<%]-?\s*+(?P<close>/\s*+)?(?P<name>[A-Za-z][\w./-]*)"
    r"(?P<arguments>(?:\s++(?>(?:[\w-]++=)?"
    r"(?:\"(?:[^\"\\]|\\.)*+\"|`[^`]*`|(?:(?![>%]\}\}|\{\{)[^\s\"`])++)))*+)"
    r"\s*+(?:/\s*+)?-?[>%]\}\}(?P<end>[ \t]*$)?",
    re.MULTILINE,
)
_ESCAPED = re.compile(r"\{\{([<%])/\*(.*?)\*/([>%])\}\}")
_ARGUMENT = re.compile(r'(?:([\w-]+)=)?(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s"`]+))')
# Shortcodes whose inner text is not prose.
_WITHOUT_TEXT = re.compile(
    r"\{\{[<%]-?\s*(?P<name>comment|mermaid|gallery|imgproc|tweet|math|chem|plantuml)\b"
    r"[^{}]*[>%]\}\}"
)
# Shortcodes whose inner text is code: `highlight go` and Docsy's `tab lang="go"`.
_WITH_CODE = re.compile(
    r"^[ \t]*\{\{<\s*(?P<name>highlight|tab)\s++(?P<arguments>[^{}]*)>\}\}[ \t]*\n", re.MULTILINE
)
_END = r"\{\{[<%]-?\s*/\s*(?P<name>[\w-]+)\s*-?[>%]\}\}"
_ENDS = (re.compile(_END), re.compile(rf"^[ \t]*{_END}", re.MULTILINE))

_TERMS = {"glossary_tooltip": ("text", "term_id"), "link": ("text",)}
_VALUES = {"param", "skew", "latest-version", "latest-semver", "release-branch", "version"}
_REFERENCES = {"ref", "relref", "absurl", "relurl"}
_LABELLED = {"tab", "alert", "details", "card", "expand", "pageinfo", "example", "caution"}
_PLAIN_LABELS = {"note", "warning", "info", "tip", "caution", "important", "danger", "true", "html"}
_HEADINGS = {  # the localised headings of kubernetes.io
    "objectives": "Objectives",
    "prerequisites": "Before you begin",
    "cleanup": "Cleaning up",
    "whatsnext": "What's next",
    "synopsis": "Synopsis",
    "options": "Options",
    "parentoptions": "Parent options inherited",
    "envvars": "Environment variables",
    "seealso": "See also",
    "discussion": "Discussion",
}


def replace_shortcodes(text: str) -> str:
    """Return the text without shortcodes.

    Shortcodes with a text of their own (`glossary_tooltip`, `heading`) become that text, a tab's
    name becomes a line before its text, a value (`param "version"`) becomes an upper-case
    placeholder (`VERSION`), all others vanish and leave the text between their tags.
    """
    if "{{<" not in text and "{{%" not in text:
        return text
    text = _replace_pairs(text, _WITHOUT_TEXT, _ENDS[0], lambda found, inner, end: "")
    text = _replace_pairs(text, _WITH_CODE, _ENDS[1], _fence)
    text = _TAG.sub(_replace, text)
    return _ESCAPED.sub(r"{{\1\2\3}}", text)


def _replace_pairs(text: str, start: re.Pattern[str], end: re.Pattern[str], change) -> str:
    """Return the text with `change(start, inner, end)` for each pair of tags of one name.

    One walk finds all ends, so a text of starts without ends costs no more than another.
    """
    ends: dict[str, list[re.Match[str]]] = {}
    for found in end.finditer(text):
        ends.setdefault(found["name"], []).append(found)
    for found in ends.values():
        found.reverse()  # the next one is last
    parts, position = [], 0
    for found in start.finditer(text) if ends else ():
        closing = ends.get(found["name"], [])
        while closing and closing[-1].start() < found.end():
            closing.pop()
        if found.start() >= position and closing:
            last = closing[-1]
            parts.append(text[position : found.start()])
            parts.append(change(found, text[found.end() : last.start()], last[0]))
            position = last.end()
    return "".join([*parts, text[position:]])


def _arguments(source: str) -> tuple[list[str], dict[str, str]]:
    positional, named = [], {}
    for name, quoted, raw, bare in _ARGUMENT.findall(source):
        if name:
            named[name.lower()] = quoted or raw or bare
        else:
            positional.append(quoted or raw or bare)
    return positional, named


def _fence(found: re.Match[str], code: str, end: str) -> str:
    positional, named = _arguments(found["arguments"])
    if found["name"] == "tab" and "lang" not in named:
        return f"{found[0]}{code}{end}"
    language = named.get("lang") or (positional[0] if positional else "")
    label = named.get("header", "")
    before = f"{label}:\n\n" if label else ""
    return f"{before}```{language}\n{code.strip(chr(10))}\n```\n"


def _replace(found: re.Match[str]) -> str:
    text = _text(found)
    if found["alone"] is None or found["end"] is None:
        return f"{found['alone'] or ''}{text}{found['end'] or ''}"
    return f"{found['alone']}{text}\n" if text else ""  # alone on its line: a paragraph of its own


def _text(found: re.Match[str]) -> str:
    if found["close"]:
        return ""
    name = found["name"].lower()
    positional, named = _arguments(found["arguments"])
    if name in _REFERENCES:
        return "#"  # it stands in the target of a link, of which only the text is kept
    if name in _TERMS:
        term = next((named[key] for key in _TERMS[name] if named.get(key)), "")
        return term.replace("_", " ") if "text" in named else term.replace("-", " ")
    if name == "heading":
        return _HEADINGS.get(positional[0], positional[0]) if positional else ""
    if name in _VALUES or "version" in name:
        return _placeholder(positional[0] if positional and name in _VALUES else "version")
    if name == "feature-state":
        state, version = named.get("state", ""), named.get("for_k8s_version", "")
        return f"Feature state: {state} since {version}." if state and version else ""
    if name in _LABELLED:
        label = named.get("name") or named.get("header") or named.get("title") or ""
        return f"{label}:" if label and label.lower().strip(":") not in _PLAIN_LABELS else ""
    return ""


def _placeholder(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return re.sub(r"\W+", "_", words).strip("_").upper()
