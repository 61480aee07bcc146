"""Repositories made to harm their reader, object by object."""

import hashlib
import os
import subprocess
import zlib
from pathlib import Path

import pytest

from cncf_llm.ingest import UnreadableSourceError, read_repository
from cncf_llm.ingest.git import tree as git_tree
from cncf_llm.store import count_reasons
from cncf_llm_tests.ingest.conftest import AUTHOR, Repository

URL = "https://github.com/acme/tool"


def read(mirror, cache, previous=None):
    return read_repository(URL, project="tool", mirror=mirror, cache=cache, previous=previous)


def put(repository: Repository, kind: str, content: bytes) -> str:
    """Store an object that git itself would not make."""
    done = subprocess.run(
        ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"],
        cwd=repository.folder,
        input=content,
        env=os.environ | AUTHOR,
        check=True,
        capture_output=True,
    )
    return done.stdout.decode().strip()


def tree(*entries: tuple[str, bytes, str]) -> bytes:
    parts = [
        mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries
    ]
    return b"".join(parts)


def commit_tree(repository: Repository, oid: str) -> None:
    author = b"Somebody <somebody@example.org> 1700000000 +0000"
    content = b"tree %s\nauthor %s\ncommitter %s\n\nodd\n" % (oid.encode(), author, author)
    repository.git("update-ref", "refs/heads/trunk", put(repository, "commit", content))


def test_paths_that_lead_out_of_the_tree(new_repository, mirror, cache):
    tool = new_repository("tool")
    blob = put(tool, "blob", b"text")
    inner = put(tool, "tree", tree(("100644", b"escape.md", blob), ("100644", b"x.go", blob)))
    names = (b"..", b".", b".git", b"docs")
    top = [("40000", name, inner) for name in names]
    top += [("100644", b"../../etc/up.md", blob), ("100644", b"/etc/root.md", blob)]
    top += [("100644", b"a\\..\\b.md", blob), ("100644", b"good.md", blob)]
    commit_tree(tool, put(tool, "tree", tree(*top)))
    tool.bare(mirror / "acme__tool.git")
    documents, drops, _ = read(mirror, cache)
    assert documents["path"].to_list() == ["a\\..\\b.md", "docs/escape.md", "good.md"]
    assert count_reasons(drops) == {"invalid-path": 4}
    assert set(drops["item"]) == {
        f"acme/tool/{path}"
        for path in ("../escape.md", "./escape.md", "../../etc/up.md", "/etc/root.md")
    }
    assert not list(cache.rglob("*.md"))


def test_a_tree_that_stands_for_billions_of_files(new_repository, mirror, cache, monkeypatch):
    monkeypatch.setattr(git_tree, "_TREE_BYTES", 5_000_000)
    tool = new_repository("tool")
    oid, mode = put(tool, "blob", b"text"), "100644"
    for _ in range(10):
        oid = put(tool, "tree", tree(*((mode, b"%d.md" % n, oid) for n in range(10))))
        mode = "40000"
    commit_tree(tool, oid)
    tool.bare(mirror / "acme__tool.git")
    with pytest.raises(UnreadableSourceError, match="tree-too-large"):
        read(mirror, cache)


def varint(number: int) -> bytes:
    """Return git's size in a delta: seven bits a byte, least first."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def packed(kind: int, size: int, content: bytes, before: bytes = b"") -> bytes:
    head = bytearray([kind << 4 | size & 15])
    size >>= 4
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head) + before + zlib.compress(content)


def test_a_delta_that_stands_for_gigabytes(mirror, cache):
    base_bytes, copies = 0xFFFFFF, 600  # 10 GB
    delta = varint(base_bytes) + varint(base_bytes * copies) + b"\xf0\xff\xff\xff" * copies
    base = packed(3, base_bytes, bytes(base_bytes))
    distance, offset = len(base), bytearray([len(base) & 0x7F])
    while distance := distance >> 7:  # git's offset: seven bits a byte, most first, plus one each
        distance -= 1
        offset.insert(0, 0x80 | distance & 0x7F)
    pack = b"PACK\0\0\0\2\0\0\0\2" + base + packed(6, len(delta), delta, bytes(offset))
    pack += hashlib.sha1(pack, usedforsecurity=False).digest()
    assert len(pack) < 50_000
    bundle = b"# v2 git bundle\n" + b"1" * 40 + b" HEAD\n\n" + pack
    (mirror / "acme__tool.bundle").write_bytes(bundle)
    with pytest.raises(UnreadableSourceError, match=r"damaged-bundle.*Out of memory"):
        read(mirror, cache)


def test_a_corrupt_pack_in_the_mirror(new_repository, mirror, cache):
    tool = new_repository("tool")
    tool.commit({f"{n}.md": os.urandom(5000) for n in range(5)})
    before_break = tool.bare(mirror / "acme__tool.git")
    before = read(mirror, cache).documents
    run = ["git", "repack", "-adq"]
    subprocess.run(run, cwd=before_break, env=os.environ | AUTHOR, check=True)
    pack = next(Path(before_break).glob("objects/pack/*.pack"))
    content = bytearray(pack.read_bytes())
    content[9000:9100] = bytes(100)
    pack.chmod(0o600)
    pack.write_bytes(content)
    with pytest.raises(UnreadableSourceError, match="damaged-repository"):
        read(mirror, cache)
    # What was read before is known to be whole by its object ids, and is not read again.
    assert read(mirror, cache, before).documents.equals(before)


def test_a_previous_reading_that_was_tampered_with_is_not_believed(new_repository, mirror, cache):
    import polars as pl

    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    tool.bare(mirror / "acme__tool.git")
    before = read(mirror, cache).documents
    changed = before.with_columns(content=pl.lit(b"other"))
    assert read(mirror, cache, changed).documents["content"].to_list() == [b"a"]


def test_what_the_configuration_of_a_mirror_tells_git_to_run_is_not_run(
    new_repository, mirror, cache
):
    tool = new_repository("tool")
    tool.commit({"a.md": "a"})
    bare = tool.bare(mirror / "acme__tool.git")
    (bare / "hooks").mkdir(exist_ok=True)
    marker = mirror / "ran"
    with (bare / "config").open("a") as config:  # what a stranger's repository may ask of git
        config.write(f'[core]\n\tfsmonitor = "touch {marker}"\n\tsshCommand = "touch {marker}"\n')
        config.write(f'\tpager = "touch {marker}"\n[alias]\n\tls-tree = "!touch {marker}"\n')
    assert read(mirror, cache).documents.height == 1
    assert not marker.exists()
