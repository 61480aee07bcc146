"""Which files are for the users of a software, and which for those who make it."""

from cncf_llm.questions.words import word_set

_FOLDERS = word_set(
    "adr blog blogs community hips meeting-notes minutes netlify-plugins news notes proposals "
    "release-notes releases rfcs"
)
_FILES = word_set(
    "adopters changelog code-of-conduct code_of_conduct contributing contributors developers "
    "governance maintainers markdown-guide owners release_checklist roadmap style-guide"
)
_FILES_IN_CAPITALS = word_set("BUILDING HACKING NOTICE RELEASE RELEASES RELEASING SECURITY")


def is_for_users(path: str) -> bool:
    """Tell documentation of a software from files on its making: minutes, changes, rules.

    SECURITY.md is how to report a weakness, security.md how to configure TLS.
    """
    *folders, file = path.split("/")
    stem = file.partition(".")[0]
    return (
        _FOLDERS.isdisjoint(folder.lower() for folder in folders)
        and stem.lower() not in _FILES
        and stem not in _FILES_IN_CAPITALS
    )
