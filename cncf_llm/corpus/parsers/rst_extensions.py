"""Plain meanings for the directives and roles that Sphinx and its extensions bring."""

import re
from typing import Any

_DIRECTIVE = re.compile(
    r"^\s*\.\.\s+(?:\|[^|\n]+\|\s+)?([A-Za-z][\w:+.-]*?)::(?=\s|$)", re.MULTILINE
)
_ROLE = re.compile(r":([A-Za-z][\w:+.-]*):`|`:([A-Za-z][\w:+.-]*):")
_TARGET = re.compile(r"\s*<[^<>]*>\s*$")

# Directives whose content is no text of the document, or lies in another file.
_NOTHING = frozenset(
    """
    toctree include literalinclude image figure contents sectnum index meta raw only ifconfig
    highlight highlightlang default-role default-domain module currentmodule program
    tabularcolumns graphviz digraph graph mermaid plantuml uml math youtube video automodule
    autoclass autofunction autosummary bibliography codeauthor sectionauthor role title
    restructuredtext-test-directive date unicode-not
    """.split()
)
_CODE_ROLES = frozenset(
    """
    code file option envvar command program samp kbd mimetype makevar confval setting env
    cmdoption method func class meth attr mod data const exc obj token regexp get post put
    delete
    """.split()
)
# Directives whose text begins on their own line.
_WITHOUT_TITLE = frozenset("seealso versionadded versionchanged deprecated todo".split())
_KNOWN_CODE = (
    "code",
    "sourcecode",
    "prompt",
    "console",
    "parsed-literal",
    "productionlist",
    "literal",
)
_ITEMS = frozenset("option envvar confval cmdoption describe object setting".split())
_DOMAINS = ("py:", "http:", "c:", "cpp:", "js:", "go:", "std:", "rst:")
# docutils' own directives that stay; not its code blocks, which refuse the options of Sphinx.
_NATIVE = frozenset(
    """attention caution danger error hint important note tip warning admonition topic sidebar
    line-block parsed-literal rubric epigraph highlights pull-quote compound container table
    csv-table list-table replace unicode class""".split()
)
_NATIVE_ROLES = frozenset(
    """abbreviation acronym code emphasis literal math pep-reference rfc-reference strong subscript
    superscript title-reference raw sub sup""".split()
)


def tolerate(text: str) -> None:
    """Register the unknown directives and roles that a text uses, for docutils to find."""
    from docutils.parsers.rst import directives, roles

    for name in set(_DIRECTIVE.findall(text)):
        if name.lower() not in _NATIVE:
            directives.register_directive(name.lower(), _directive_class(name.lower()))
    for before, after in set(_ROLE.findall(text)):
        name = (before or after).lower()
        if name not in _NATIVE_ROLES:
            roles.register_local_role(name, _role_function(name))


def _directive_class(name: str) -> type:
    from docutils import nodes
    from docutils.parsers.rst import Directive

    class Tolerated(Directive):
        optional_arguments = 1
        final_argument_whitespace = True
        has_content = True
        option_spec = _AnyOption()

        def run(self) -> list[nodes.Node]:
            argument = " ".join(self.arguments)
            content = "\n".join(self.content)
            if name in _NOTHING:
                return []
            if any(known in name for known in _KNOWN_CODE):
                return _literal(argument, content)
            inner = nodes.container()
            if self.content:
                self.state.nested_parse(self.content, self.content_offset, inner)
            if name in _ITEMS or name.startswith(_DOMAINS):
                return [_item(argument, inner)]
            label = []
            if argument and (self.content or name not in ("versionadded", "versionchanged")):
                titled = bool(self.content) and name not in _WITHOUT_TITLE
                shown, _ = self.state.inline_text(argument, self.lineno)
                colon = [nodes.Text(":")] if titled and not argument.endswith(":") else []
                label = [nodes.paragraph("", "", *shown, *colon)]
            return [*label, *inner.children]

    return Tolerated


class _AnyOption(dict):
    """An option specification in which every option is known and its value is left unread."""

    def __getitem__(self, key: str) -> Any:
        return lambda value: value

    def __contains__(self, key: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True


def _literal(argument: str, content: str) -> list:
    from docutils import nodes

    words = argument.split()
    language = words[0] if words else ""
    return [nodes.literal_block(content, content, classes=["code", language])]


def _item(argument: str, inner) -> Any:
    """Return a definition list of one item: the argument as code, and the directive's content."""
    from docutils import nodes

    definition = nodes.definition("", *inner.children)
    term = nodes.term("", "", nodes.literal(argument, argument))
    return nodes.definition_list("", nodes.definition_list_item("", term, definition))


def _role_function(name: str) -> Any:
    from docutils import nodes

    last = name.rpartition(":")[2]

    def role(role_name, rawtext, text, lineno, inliner, options=None, content=None):
        shown = text.replace("\x00", "")
        titled = _TARGET.sub("", shown)
        if titled != shown and titled.strip():
            return [nodes.inline(rawtext, titled)], []
        shown = shown.lstrip("!")
        if shown.startswith("~"):
            shown = shown.rpartition(".")[2].lstrip("~")
        node = nodes.literal if last in _CODE_ROLES else nodes.inline
        return [node(rawtext, shown)], []

    return role
