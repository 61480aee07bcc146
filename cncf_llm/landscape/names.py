"""A project's key and its other names."""

import re

MAX_NAME = 100
_PARENTHESIS = re.compile(r"\s*\(([^()]*)\)")
_PATH = re.compile(r"[/\\]|\.\.")


def project_key(name: str) -> str:
    """Return `open-policy-agent` for `Open Policy Agent (OPA)`; empty when nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", canonical_name(name).lower()).strip("-")


def canonical_name(name: str) -> str:
    """Return the name without its parenthesis."""
    return _PARENTHESIS.sub("", name).strip()


def aliases(name: str) -> list[str]:
    """Return the other forms under which text may mention the project, longest first.

    `Open Policy Agent (OPA)` gives the full form and `OPA`, `Notary Project` gives `Notary`,
    `Metal3-io` gives `Metal3`. The canonical name itself is not among them.
    """
    canonical = canonical_name(name)
    forms = {name.strip(), *(content.strip() for content in _PARENTHESIS.findall(name))}
    forms.add(re.sub(r"([.-]io|\s+Project)$", "", canonical))
    forms.add(re.sub(r"^The\s+", "", canonical))
    forms -= {canonical, ""}
    return sorted(forms, key=lambda form: (-len(form), form))


def unusable(name: str) -> str | None:
    """Return why a name cannot name a partition (a folder, a label), or None when it can."""
    if why := unreadable(name):
        return why
    if found := _PATH.search(name):
        return f"contains {found.group()!r}"
    if not project_key(name):
        return "has no letter a-z or digit to make a key of"
    return None


def unreadable(name: str) -> str | None:
    """Return why a name cannot be shown, or None when it can.

    Line breaks, control characters and marks that turn the reading direction would let a name
    show as another one.
    """
    if len(name) > MAX_NAME:
        return f"longer than {MAX_NAME} characters"
    odd = next((character for character in name.strip() if not character.isprintable()), None)
    return f"contains {odd!a}" if odd else None
