"""Front matter: the metadata before a document's text, YAML between `---` or TOML between `+++`."""

import re
import tomllib

from cncf_llm.corpus.parsers.blocks import Unreadable, one_line
from cncf_llm.corpus.parsers.safe_yaml import NotYaml, load_all

_YAML = re.compile(r"\A\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"\A\s*\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
# tomllib needs time and memory that grow with the square of a key's parts.
_MAX_TOML = 50_000
_LONG_KEY = re.compile(r"(?:\.[ \t]*[^\s.=]+[ \t]*){20}")
_LINE = re.compile(r"^(title|description)[ \t]*[:=][ \t]*(.+)$", re.MULTILINE)


def split_front_matter(text: str) -> tuple[str, str, str]:
    """Return (title, description, the text after the front matter).

    Title and description are empty where there is no front matter or it has none. Front matter that
    is not valid YAML or TOML (templates leave such) is read line by line for these two.
    """
    if found := _YAML.match(text):
        fields = _yaml_fields(found[1])
    elif found := _TOML.match(text):
        fields = _toml_fields(found[1])
    else:
        return "", "", text
    title, description = (_plain(fields.get(name)) for name in ("title", "description"))
    return title, description, text[found.end() :]


def _yaml_fields(source: str) -> dict[str, object]:
    try:
        documents = load_all(source)
    except (NotYaml, Unreadable):
        return _fields_by_line(source)
    return documents[0] if documents and isinstance(documents[0], dict) else {}


def _toml_fields(source: str) -> dict[str, object]:
    if len(source) > _MAX_TOML or _LONG_KEY.search(source):
        return _fields_by_line(source)
    try:
        return tomllib.loads(source)
    except (ValueError, RecursionError):  # TOMLDecodeError, or a number of too many digits
        return _fields_by_line(source)


def _fields_by_line(source: str) -> dict[str, object]:
    return {name: value.strip().strip("\"'") for name, value in _LINE.findall(source)}


def _plain(value: object) -> str:
    if not isinstance(value, str | int | float):
        return ""
    text = re.sub(r"\{\{[^{}]*\}\}|<[^<>]*>", "", str(value))
    return one_line(text)
