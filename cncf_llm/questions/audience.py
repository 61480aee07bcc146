"""Which files are for the users of a software, and which for those who make it."""

import re

from cncf_llm.questions.words import word_set

_FOLDERS = word_set(
    "_posts adr announcements blog blogs community contribute contributing contributor "
    "design dev dev-internal "
    "developer-guide enhancements geps governance hack hips historical internal keps meeting-notes "
    "minutes netlify-plugins news notes proposals release-notes releases rfcs test tests testing "
    "upgrading version_history _posts"
)
_SOURCE_FOLDERS = word_set(  # at the top of a repository
    "source src pkg cmd internal integration e2e projects"
)  # at the top of a repository
_FILES = word_set(
    "adopters announcements changelog changes code-of-conduct code_of_conduct community "
    "contribute contributing contributors develop developer developers development developing "
    "governance maintainers markdown-guide owners release-notes release_checklist releasenotes "
    "roadmap style-guide"
)
_FILES_IN_CAPITALS = word_set("BUILDING HACKING NOTICE RELEASE RELEASES RELEASING SECURITY")
_REPOSITORIES = word_set("community enhancements governance proposals toc rfcs")
_OF_A_WEBSITE = re.compile(r"(?:^|-)(?:website|www|docs)$|\.(?:io|dev|org|com|sh)$")
_NOTES = re.compile(
    r"changelogs?|release[-_]?notes?|version_history|.*-changelog|changelog-.*", re.IGNORECASE
)
_NOTES_FOLDERS = re.compile(rf"{_NOTES.pattern}|releases?|notes", re.IGNORECASE)
_OF_THE_WHOLE = word_set("docs doc documentation content en site website public")


def is_for_users(path: str, repository: str = "") -> bool:
    """Tell documentation of a software from files on its making: minutes, changes, rules.

    SECURITY.md is how to report a weakness, security.md how to configure TLS.
    """
    *folders, file = path.split("/")
    stem = file.partition(".")[0]
    name = repository.rpartition("/")[2].lower()
    if stem.lower() == "readme" and len(folders) < 2 and _OF_A_WEBSITE.search(name):
        return False
    return (
        _FOLDERS.isdisjoint(folder.lower() for folder in folders)
        and stem.lower() not in _FILES
        and stem not in _FILES_IN_CAPITALS
        and not is_release_notes(path)
        and not _NOTES.fullmatch(file.rpartition(".")[0])
        and name not in _REPOSITORIES
        and _SOURCE_FOLDERS.isdisjoint(folders[:1])
    )


def is_release_notes(path: str) -> bool:
    """Tell a file that lists what changed in each release, or in one: a changelog, its parts."""
    *folders, file = path.split("/")
    named = any(_NOTES_FOLDERS.fullmatch(folder) for folder in folders)
    stem = file.rpartition(".")[0]
    if named:
        return True
    # The changelog of an inner folder is about a part, whose versions are not the project's.
    of_the_whole = {each.lower() for each in folders} <= _OF_THE_WHOLE
    return of_the_whole and _NOTES.fullmatch(stem) is not None
