"""The licence of a model folder, as its model card states it."""

import re
from pathlib import Path

import yaml

UNKNOWN = "unknown"
_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_TEXTS = (
    ("Apache License\n", "Apache-2.0"),
    ("Permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
)


def read_licence(folder: Path) -> str:
    """Return the licence in the front matter of `README.md`, else that of a LICENSE file.

    A card's `license: other` gives its `license_name`. `unknown` when neither says.
    """
    card = folder / "README.md"
    if card.is_file():
        match = _FRONT_MATTER.match(card.read_text(encoding="utf-8", errors="replace"))
        stated = _from_card(match[1]) if match else None
        if stated:
            return stated
    for name in ("LICENSE", "LICENSE.txt", "LICENSE.md"):
        if (folder / name).is_file():
            text = (folder / name).read_text(encoding="utf-8", errors="replace")[:5000]
            text = re.sub(r"[ \t]+", " ", text)
            return next((spdx for phrase, spdx in _TEXTS if phrase in text), UNKNOWN)
    return UNKNOWN


def _from_card(front_matter: str) -> str | None:
    try:
        facts = yaml.safe_load(front_matter)
    except yaml.YAMLError:
        return None
    if not isinstance(facts, dict):
        return None
    stated = facts.get("license")
    if isinstance(stated, list):
        stated = " AND ".join(str(part) for part in stated)
    if stated == "other":
        stated = facts.get("license_name") or "other"
    return str(stated) if stated else None
