"""The documentation files of one git repository at a commit."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from cncf_llm.ingest.documentation_files import documentation_type, is_licence_file
from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.git_process import GitError
from cncf_llm.ingest.git_source import LocalRepository, find_repository
from cncf_llm.ingest.git_tree import SUBMODULE, SYMLINK, TreeEntry, list_tree, read_blobs
from cncf_llm.ingest.licences import licence_in_header, licence_of_text, nearest_licence
from cncf_llm.ingest.repository_name import RepositoryName, permalink, repository_name
from cncf_llm.ingest.schema_files import is_schema
from cncf_llm.ingest.tables import DOCUMENTS, Reading
from cncf_llm.store import DROPS, content_hash, stable_id

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class RepositoryLimits:
    """Bytes of one file and of all files, number of files, and seconds for a fetch."""

    file_bytes: int = 10_000_000
    total_bytes: int = 300_000_000
    files: int = 20_000
    seconds: float = 600


DEFAULT_LIMITS = RepositoryLimits()


def read_repository(
    url: str,
    *,
    project: str,
    mirror: Path | None,
    cache: Path,
    previous: pl.DataFrame | None = None,
    offline: bool = False,
    limits: RepositoryLimits = DEFAULT_LIMITS,
) -> Reading:
    """Read the documentation files of the repository's default branch.

    `previous` is a DOCUMENTS table of an earlier reading. A file whose content is in it is not
    read again and keeps `revision` and `url`, so these name the commit at which the content was
    first seen. Facts: `repository`, `commit`, `documents`, `added`, `changed`, `removed`,
    `unchanged` (documents), `out_of_scope` (other files), `licence` (of the top folder).

    Drop reasons of single files: `symlink`, `submodule`, `invalid-path`, `too-large`,
    `too-many-files`, `over-total-limit`, `empty-file`, `lfs-pointer`, `not-a-schema`.
    Raises `UnreadableSourceError` (reasons of `find_repository`, and `refused-url`),
    `OfflineError`, `MirrorError`.
    """
    name = repository_name(url)
    found = find_repository(
        name, mirror=mirror, cache=cache, offline=offline, seconds=limits.seconds
    )
    try:
        return _read(name, found, project, previous, limits)
    except GitError as error:
        if found.git_dir.is_relative_to(cache):  # the next run fetches it anew
            shutil.rmtree(found.git_dir, ignore_errors=True)
        raise UnreadableSourceError("damaged-repository", f"{name.label}: {error}") from error


def _read(
    name: RepositoryName,
    found: LocalRepository,
    project: str,
    previous: pl.DataFrame | None,
    limits: RepositoryLimits,
) -> Reading:
    entries = list_tree(found.git_dir, found.commit)
    drops: list[dict[str, Any]] = []

    def drop(path: bytes, reason: str, detail: str) -> None:
        shown = path.decode("utf-8", "backslashreplace").replace("\n", "\\n")[:500]
        item = f"{name.label}/{shown}"
        drops.append({"project": project, "item": item, "reason": reason, "detail": detail})

    wanted = list(_within_limits(_documentation(entries, drop), limits, drop))
    before = _previous_rows(name, previous)
    known = {
        path: row
        for path, entry, _ in wanted
        if (row := before.get(path)) and _object_id(row["content"], entry.oid) == entry.oid
    }
    licence_entries = {
        path: entry.oid
        for entry in entries
        if entry.mode not in (SYMLINK, SUBMODULE)
        and (entry.size or 0) < 200_000
        and (path := entry.path.decode("utf-8", "replace"))
        and is_licence_file(path)
    }
    new = {entry.oid for path, entry, _ in wanted if path not in known}
    blobs = read_blobs(found.git_dir, sorted(new | set(licence_entries.values())))
    licence_files = {
        path: licence_of_text(blobs[oid].decode("utf-8", "replace"))
        for path, oid in licence_entries.items()
    }
    rows = []
    for path, entry, media_type in wanted:
        seen = known.get(path)
        content = seen["content"] if seen else blobs[entry.oid]
        if reason := _unusable(content, media_type):
            drop(entry.path, *reason)
            continue
        header = licence_in_header(content) if media_type != "application/pdf" else None
        licence, source = (header, path) if header else nearest_licence(path, licence_files)
        revision = seen["revision"] if seen else found.commit
        rows.append(
            {
                "document_id": stable_id("doc", "repository", name.label, path),
                "project": project,
                "source": "repository",
                "repository": name.label,
                "path": path,
                "revision": revision,
                "url": permalink(name, revision, path, found.permalink),
                "media_type": media_type,
                "licence": licence,
                "licence_source": source,
                "attribution": None,
                "content": content,
                "content_hash": seen["content_hash"] if seen else content_hash(content),
            }
        )
    paths = {row["path"] for row in rows}
    return Reading(
        DOCUMENTS.frame(rows),
        DROPS.frame(drops),
        {
            "repository": name.label,
            "commit": found.commit,
            "documents": len(rows),
            "added": len(paths - set(before)),
            "changed": len((paths & set(before)) - set(known)),
            "removed": len(set(before) - paths),
            "unchanged": len(paths & set(known)),
            "out_of_scope": len(entries) - len(rows) - len(drops),
            "licence": nearest_licence("x", licence_files)[0],
        },
    )


def _documentation(entries: list[TreeEntry], drop: Any) -> Iterator[tuple[str, TreeEntry, str]]:
    """Yield path, entry and media type of what looks like documentation and can be read."""
    for entry in entries:
        if entry.mode == SUBMODULE:
            drop(entry.path, "submodule", f"refers to commit {entry.oid} of another repository")
            continue
        media_type = documentation_type(entry.path.decode("utf-8", "replace"))
        if media_type is None:
            continue
        if entry.mode == SYMLINK:
            drop(entry.path, "symlink", "symbolic links are not followed")
        elif why := _invalid_path(entry.path):
            drop(entry.path, "invalid-path", why)
        elif not entry.size:
            drop(entry.path, "empty-file", "the file has no content")
        else:
            yield entry.path.decode("utf-8"), entry, media_type


def _within_limits(
    files: Iterator[tuple[str, TreeEntry, str]], limits: RepositoryLimits, drop: Any
) -> Iterator[tuple[str, TreeEntry, str]]:
    total = count = 0
    for path, entry, media_type in files:
        size = entry.size or 0
        if size > limits.file_bytes:
            drop(entry.path, "too-large", f"{size:,} bytes, limit {limits.file_bytes:,}")
        elif count >= limits.files:
            drop(entry.path, "too-many-files", f"limit {limits.files:,} a repository")
        elif total + size > limits.total_bytes:
            drop(entry.path, "over-total-limit", f"limit {limits.total_bytes:,} bytes in all")
        else:
            total += size
            count += 1
            yield path, entry, media_type


def _invalid_path(path: bytes) -> str | None:
    try:
        text = path.decode("utf-8")
    except UnicodeDecodeError:
        return "not UTF-8"
    if not text.isprintable():
        return "has control characters"
    if len(path) > 1000:
        return "longer than 1000 bytes"
    if any(part in ("", ".", "..") for part in text.split("/")):
        return "has an empty part, . or .."
    return None


def _unusable(content: bytes, media_type: str) -> tuple[str, str] | None:
    if len(content) < 1024 and content.startswith(_LFS_POINTER):
        return "lfs-pointer", "the content is kept in Git LFS"
    if media_type == "application/schema+json" and not is_schema(content):
        return "not-a-schema", "JSON that is neither a JSON schema nor OpenAPI"
    return None


def _previous_rows(
    name: RepositoryName, previous: pl.DataFrame | None
) -> dict[str, dict[str, Any]]:
    if previous is None:
        return {}
    of_this = previous.filter(
        (pl.col("source") == "repository") & (pl.col("repository") == name.label)
    )
    return {row["path"]: row for row in of_this.iter_rows(named=True)}


def _object_id(content: bytes, like: str) -> str:
    """Return the git object id of a file's content, in the hash that `like` is in."""
    algorithm = "sha1" if len(like) == 40 else "sha256"
    hashed = hashlib.new(algorithm, b"blob %d\0" % len(content), usedforsecurity=False)
    hashed.update(content)
    return hashed.hexdigest()
