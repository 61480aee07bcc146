"""What a repository's URL names, and the permalink to a file in it."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from cncf_llm.ingest.errors import UnreadableSourceError

_URL = re.compile(
    r"https://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)"
    r"/(?P<owner>[A-Za-z0-9_][A-Za-z0-9_.-]{0,99})/(?P<name>[A-Za-z0-9_.][A-Za-z0-9_.-]{0,99})"
)
_PERMALINKS = {
    "github.com": "https://github.com/{repository}/blob/{commit}/{path}",
    "gitlab.com": "https://gitlab.com/{repository}/-/blob/{commit}/{path}",
    "codeberg.org": "https://codeberg.org/{repository}/src/commit/{commit}/{path}",
}


@dataclass(frozen=True)
class RepositoryName:
    """Host, owner and name of a repository."""

    host: str
    owner: str
    name: str

    @property
    def url(self) -> str:
        return f"https://{self.host}/{self.owner}/{self.name}"

    @property
    def label(self) -> str:
        """`owner/name`, with the host before it when that is not GitHub."""
        label = f"{self.owner}/{self.name}"
        return label if self.host == "github.com" else f"{self.host}/{label}"

    @property
    def folder(self) -> str:
        """Name under which a mirror keeps it."""
        return f"{self.owner}__{self.name}"


def repository_name(url: str) -> RepositoryName:
    """Return what an `https://host/owner/name` URL names.

    Anything else (other schemes, options in disguise, user names, ports, further path parts) is
    an `UnreadableSourceError` with the reason `refused-url`.
    """
    found = _URL.fullmatch(url.removesuffix("/").removesuffix(".git"))
    if not found or ".." in url or found["name"] in (".", ".git", ""):
        raise UnreadableSourceError(
            "refused-url", f"{url!r} is not of the form https://host/owner/name"
        )
    return RepositoryName(found["host"], found["owner"], found["name"])


def permalink(name: RepositoryName, commit: str, path: str, template: str | None) -> str | None:
    """Return the address of exactly this content.

    `template` (`{commit}` and `{path}` are filled in) is what a mirror says of itself; without one
    the repository's host decides. None when the host's addresses are not known.
    """
    template = template or _PERMALINKS.get(name.host)
    if template is None:
        return None
    return (
        template.replace("{repository}", f"{name.owner}/{name.name}")
        .replace("{commit}", commit)
        .replace("{path}", quote(path))
    )
