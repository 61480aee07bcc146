"""Which paths are versions of one page, and which version of it is kept."""

import re

# v1.20, 2.19, release-1.5, version-3, v1.20-docs, v1.2.3.md
_VERSION = re.compile(
    r"^(?:versions?-|release-|v)?(\d+(?:\.(?:\d+|x))+|(?<=[-v])\d+)(?:-docs)?(?:\.adoc|\.md)?$"
)
# Folders beside the numbered ones that hold what is newest.
_MOVING = re.compile(
    r"^(?:latest|next|current|stable|main|master|unreleased|nightly|canary|(?:v?\d+-)?edge)$"
)
# Folders that versions of a page are in or not, and say nothing of the page itself.
_FRAME = frozenset("content docs doc versioned_docs docusaurus-plugin-content-docs i18n".split())
_OTHER_LANGUAGES = frozenset(
    """ar bn cs da de el es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv ta th tr uk ur vi zh
    pt-br pt_br pt-pt zh-cn zh-tw zh-hans zh-hant zh_cn""".split()
)
_SOURCES = {"repository": 0, "website": 1, "stackoverflow": 2}


def page_of(repository: str, path: str) -> str:
    """Return what all versions and translations of a page have in common: a name for the page.

    That is the path without the folders that name a version, a language, or where versions lie.
    """
    *folders, name = path.lower().split("/")
    kept = [
        folder
        for folder in folders
        if folder not in _FRAME
        and folder not in _OTHER_LANGUAGES
        and folder != "en"
        and not _VERSION.match(folder)
        and not _MOVING.match(folder)
    ]
    return "/".join([repository, *kept, name])


def keep_order(source: str, repository: str, path: str) -> tuple:
    """Return the sort key by which the first of two equal passages is kept.

    Repository before website before Stack Overflow; English folders before translations; pages
    without a version before folders such as `latest` and `2-edge`, and these before numbered
    versions, newer ones first; then repository and path.
    """
    parts = path.lower().split("/")
    version = next((found[1] for part in parts if (found := _VERSION.match(part))), "")
    numbers = tuple(-int(one) if one != "x" else 0 for one in version.split(".") if one)
    moving = any(map(_MOVING.match, parts[:-1]))
    translated = any(part in _OTHER_LANGUAGES for part in parts)
    rank = _SOURCES.get(source, len(_SOURCES))
    return (rank, translated, 2 if version else int(moving), numbers, repository, path)
