"""The documentation files of one git repository at a commit."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from cncf_llm.ingest.errors import UnreadableSourceError
from cncf_llm.ingest.git.licences import read_licences
from cncf_llm.ingest.git.name import RepositoryName, permalink, repository_name
from cncf_llm.ingest.git.previous import SeenDocument, earlier_documents, seen_documents
from cncf_llm.ingest.git.process import GitError
from cncf_llm.ingest.git.remote import fetch_blobs
from cncf_llm.ingest.git.schema_files import is_schema
from cncf_llm.ingest.git.selection import Selection, select
from cncf_llm.ingest.git.source import LocalRepository, find_repository
from cncf_llm.ingest.git.tree import blob_sizes, list_tree, read_blobs
from cncf_llm.ingest.licences.texts import attribution, document_licence
from cncf_llm.ingest.tables import DOCUMENTS, Reading
from cncf_llm.store import DROPS, content_hash, stable_id

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_CHUNK_BYTES = 8_000_000


@dataclass(frozen=True)
class RepositoryLimits:
    """Bytes of one file, of all files and of a fetch on disk, number of files, seconds a fetch."""

    file_bytes: int = 10_000_000
    total_bytes: int = 300_000_000
    fetch_bytes: int = 1_000_000_000
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

    `previous` is a DOCUMENTS table of an earlier reading. A file whose content is in it is neither
    fetched nor read again and keeps `revision` and `url`, so these name the commit at which the
    content was first seen. Facts: `repository`, `commit`, `documents`, `added`, `changed`,
    `removed`, `unchanged` (documents), `out_of_scope` (other files), `licence` (of the top folder).

    Drop reasons of single files: `symlink`, `submodule`, `invalid-path`, `too-large`,
    `too-many-files`, `over-total-limit`, `empty-file`, `lfs-pointer`, `not-a-schema`.
    Raises `UnreadableSourceError` (reasons of `find_repository`, `refused-url`, `tree-too-large`),
    `OfflineError`, `MirrorError`, and `OSError` when the disk is full.
    """
    name = repository_name(url)
    found = find_repository(
        name,
        mirror=mirror,
        cache=cache,
        offline=offline,
        seconds=limits.seconds,
        file_bytes=limits.fetch_bytes,
    )
    try:
        return read_commit(name, found, project=project, previous=previous, limits=limits)
    except GitError as error:
        if found.git_dir.is_relative_to(cache):  # the next run fetches it anew
            shutil.rmtree(found.git_dir, ignore_errors=True)
        raise UnreadableSourceError("damaged-repository", f"{name.label}: {error}") from error


def read_commit(
    name: RepositoryName,
    found: LocalRepository,
    *,
    project: str,
    previous: pl.DataFrame | None = None,
    limits: RepositoryLimits = DEFAULT_LIMITS,
) -> Reading:
    """Read a repository that was found; see `read_repository`. Raises also `GitError`."""
    drops: list[dict[str, Any]] = []

    def drop(path: str, reason: str, detail: str) -> None:
        item = f"{name.label}/{path[:500]}".replace("\n", "\\n")
        drops.append({"project": project, "item": item, "reason": reason, "detail": detail})

    chosen = select(list_tree(found.git_dir, found.commit), limits.files, drop)
    before = earlier_documents(previous, name.label)
    seen = seen_documents(before, chosen.documents)
    sizes = _sizes(found, chosen, seen, limits)
    wanted = {path: chosen.documents[path] for path in _usable(chosen, seen, sizes, limits, drop)}
    licences = read_licences(found.git_dir, chosen, sizes)

    def row(path: str, media_type: str, content: bytes, revision: str) -> dict[str, Any] | None:
        if unusable := _unusable(content, media_type):
            drop(path, *unusable)
            return None
        licence, source = document_licence(path, media_type, content, licences)
        url = permalink(name, revision, path, found.permalink)
        return {
            "document_id": stable_id("doc", "repository", name.label, path),
            "project": project,
            "source": "repository",
            "repository": name.label,
            "path": path,
            "revision": revision,
            "url": url,
            "media_type": media_type,
            "licence": licence,
            "licence_source": source,
            "attribution": attribution(licence, f"{name.label} contributors", url or name.url),
        }

    frames = [DOCUMENTS.frame()]
    for rows in _new_rows(found, {p: w for p, w in wanted.items() if p not in seen}, row):
        frames.append(DOCUMENTS.frame(rows))
    added = {path for frame in frames for path in frame["path"]}
    old_rows, kept = [], []
    contents, revisions = before["content"], before["revision"]
    for path, known in seen.items():  # in the order of their rows
        at = known.row
        if path in wanted and (facts := row(path, wanted[path][1], contents[at], revisions[at])):
            old_rows.append(facts)
            kept.append(at)
    if kept:  # a filter shares the memory of the content, taking rows by number would copy it
        same = before.with_row_index().filter(pl.col("index").is_in(kept))
        same = same.select("content", "content_hash")
        schema = {key: kind for key, kind in DOCUMENTS.schema.items() if key not in same.columns}
        rows = pl.DataFrame(old_rows, schema=schema).hstack(same)
        frames.append(rows.select(DOCUMENTS.schema.names()))
    documents = pl.concat(frames).sort("path")
    paths_before = set(before["path"])
    return Reading(
        documents,
        DROPS.frame(sorted(drops, key=lambda drop: (drop["item"], drop["reason"]))),
        {
            "repository": name.label,
            "commit": found.commit,
            "documents": documents.height,
            "added": len(added - paths_before),
            "changed": len(added & paths_before),
            "removed": len(paths_before - set(documents["path"])),
            "unchanged": len(kept),
            "out_of_scope": chosen.files - documents.height - len(drops),
            "licence": document_licence("x", "text/plain", b"", licences)[0],
        },
    )


def _sizes(
    found: LocalRepository,
    chosen: Selection,
    seen: dict[str, SeenDocument],
    limits: RepositoryLimits,
) -> dict[str, int | str]:
    """Return the size of each blob, fetched where it was missing, or why it was not fetched."""
    small = [*chosen.licences.values(), *chosen.beside.values(), *chosen.readme.values()]
    oids = [oid for path, (oid, _) in chosen.documents.items() if path not in seen]
    needed = list(dict.fromkeys(small + oids))
    refused: dict[str, str] = {}
    if found.remote is not None:
        refused = fetch_blobs(
            found.remote,
            found.git_dir,
            needed,
            seconds=limits.seconds,
            file_bytes=limits.file_bytes,
            total_bytes=limits.total_bytes,
        )
    sizes: dict[str, int | str] = {**refused}
    present = [oid for oid in needed if oid not in refused]
    for oid, size in blob_sizes(found.git_dir, present).items():
        if size is None:
            raise GitError(f"object {oid} is missing")
        sizes[oid] = size
    return sizes | {known.oid: known.size for known in seen.values()}


def _usable(
    chosen: Selection,
    seen: dict[str, SeenDocument],
    sizes: dict[str, int | str],
    limits: RepositoryLimits,
    drop: Callable[[str, str, str], None],
) -> Iterator[str]:
    """Yield the paths of documents whose size is within the limits."""
    total = 0
    details = {
        "too-large": f"limit {limits.file_bytes:,} bytes",
        "over-total-limit": f"limit {limits.total_bytes:,} bytes in all",
    }
    for path, (oid, _) in chosen.documents.items():
        size = sizes[oid]
        if isinstance(size, str):
            drop(path, size, details[size])
        elif size == 0:
            drop(path, "empty-file", "the file has no content")
        elif size > limits.file_bytes:
            drop(path, "too-large", f"{size:,} bytes, {details['too-large']}")
        elif total + size > limits.total_bytes:
            drop(path, "over-total-limit", details["over-total-limit"])
        else:
            total += size
            yield path


def _new_rows(
    found: LocalRepository,
    documents: dict[str, tuple[str, str]],
    row: Callable[[str, str, bytes, str], dict[str, Any] | None],
) -> Iterator[list[dict[str, Any]]]:
    """Yield rows with content, a few megabytes at a time."""
    rows, size = [], 0
    oids = [oid for oid, _ in documents.values()]
    for (path, (_, media_type)), content in zip(
        documents.items(), read_blobs(found.git_dir, oids), strict=True
    ):
        if facts := row(path, media_type, content, found.commit):
            rows.append(facts | {"content": content, "content_hash": content_hash(content)})
            size += len(content)
        if size > _CHUNK_BYTES:
            yield rows
            rows, size = [], 0
    yield rows


def _unusable(content: bytes, media_type: str) -> tuple[str, str] | None:
    if len(content) < 1024 and content.startswith(_LFS_POINTER):
        return "lfs-pointer", "the content is kept in Git LFS"
    if media_type == "application/schema+json" and not is_schema(content):
        return "not-a-schema", "JSON that is neither a JSON schema nor OpenAPI"
    return None
