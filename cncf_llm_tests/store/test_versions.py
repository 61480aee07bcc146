import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from cncf_llm.store import BusyPartitionError, Store, StoreError


def put(store, value, *, asset="things", partition="etcd", recipe="r"):
    with store.draft(asset, partition, recipe) as draft:
        draft.write("rows", pl.DataFrame({"value": [value]}))
    version = store.current(asset, partition)
    assert version is not None
    return version


@pytest.fixture(params=["local", "remote"])
def store(request, tmp_path):
    if request.param == "local":
        return Store(tmp_path / "data")
    s3 = request.getfixturevalue("s3")
    return Store(f"{s3}/data", cache=tmp_path / "cache", lease=2)


def test_what_was_written_is_read(store):
    assert store.current("things", "etcd") is None
    assert put(store, 1).table("rows")["value"].to_list() == [1]
    assert store.partitions("things") == ["etcd"]


def test_equal_content_is_the_same_version(store):
    first = put(store, 1, recipe="a")
    assert put(store, 1, recipe="b").digest == first.digest
    assert put(store, 2, recipe="c").digest != first.digest


def test_a_failed_write_leaves_the_old_version(store):
    put(store, 1)
    with pytest.raises(KeyError), store.draft("things", "etcd", "r") as draft:  # noqa: PT012
        draft.write("rows", pl.DataFrame({"value": [2]}))
        raise KeyError("half way")
    assert store.current("things", "etcd").table("rows")["value"].to_list() == [1]


def test_a_reader_keeps_its_version_while_the_next_is_published(store):
    reader = put(store, 1)
    put(store, 2)
    assert reader.table("rows")["value"].to_list() == [1]


def test_a_remote_version_is_downloaded_again_when_the_cache_is_lost(s3, tmp_path):
    store = Store(s3, cache=tmp_path / "cache")
    put(store, 7)
    shutil.rmtree(tmp_path / "cache")
    assert store.current("things", "etcd").table("rows")["value"].to_list() == [7]


def test_what_a_remote_version_is_needs_no_download(s3, tmp_path):
    store = Store(s3, cache=tmp_path / "cache")
    with store.draft("things", "etcd", "r") as draft:
        draft.write("rows", pl.DataFrame({"value": [7]}))
        draft.write("large", pl.DataFrame({"value": [8]}))
        (draft.path / "model").mkdir()
        (draft.path / "model" / "weights").write_bytes(b"9")
        draft.facts["trained"] = True
    elsewhere = Store(s3, cache=tmp_path / "elsewhere")
    version = elsewhere.require("things", "etcd")
    assert version.facts["trained"]
    assert sorted(version.files) == ["large.parquet", "model/weights", "rows.parquet"]
    assert version.part("model") != version.part("none")
    assert not (tmp_path / "elsewhere").exists()
    assert version.table("rows")["value"].to_list() == [7]
    assert [path.name for path in version.folder.iterdir()] == ["rows.parquet"]
    assert (version.subfolder("model") / "weights").read_bytes() == b"9"
    assert not (version.folder / "large.parquet").exists()
    assert sorted(path.name for path in version.path.iterdir()) == [
        "large.parquet",
        "model",
        "rows.parquet",
    ]


def test_a_second_writer_is_turned_away(store):
    with (
        store.draft("things", "etcd", "r"),
        pytest.raises(BusyPartitionError, match="writing things of etcd"),
        store.draft("things", "etcd", "r"),
    ):
        pass
    put(store, 1)  # the lock is free again


@pytest.mark.parametrize("name", ["../etcd", "a/b", "", ".hidden", "Etcd", "x" * 200, "a\nb"])
def test_names_cannot_become_paths(store, name):
    with pytest.raises(StoreError, match="cannot name stored data"):
        store.current("things", name)


def test_a_damaged_pointer_is_named(tmp_path):
    store = Store(tmp_path)
    put(store, 1)
    (tmp_path / "things" / "etcd" / "current.json").write_text("{")
    with pytest.raises(StoreError, match=r"current\.json is damaged"):
        store.current("things", "etcd")


def test_a_missing_table_is_named(store):
    with pytest.raises(StoreError, match="no table 'edges'"):
        put(store, 1).table("edges")


def test_old_versions_are_removed_but_for_the_last(tmp_path):
    store = Store(tmp_path)
    for value in range(4):
        put(store, value)
    assert len([p for p in (tmp_path / "things" / "etcd").iterdir() if p.is_dir()]) == 2


def test_part_of_a_version_has_its_own_digest(store):
    def publish(helm):
        with store.draft("things", None, "r") as draft:
            for name, value in {"etcd": 1, "helm": helm}.items():
                (draft.path / name).mkdir()
                pl.DataFrame({"v": [value]}).write_parquet(draft.path / name / "t.parquet")
        return store.current("things")

    first, second = publish(1), publish(2)
    assert first.part("etcd") == second.part("etcd")
    assert first.part("helm") != second.part("helm")


KILLED = """
import os, signal, sys
import polars as pl
from cncf_llm.store import Store
with Store(sys.argv[1]).draft("things", "etcd", "recipe") as draft:
    draft.write("rows", pl.DataFrame({"value": [2]}))
    (draft.scratch / "checkpoint").write_text("step 5")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_leaves_the_old_version_its_scratch_and_no_lock(tmp_path):
    store = Store(tmp_path)
    put(store, 1)
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env=os.environ)
    assert done.returncode == -signal.SIGKILL
    assert store.current("things", "etcd").table("rows")["value"].to_list() == [1]
    with store.draft("things", "etcd", "recipe") as draft:
        assert (draft.scratch / "checkpoint").read_text() == "step 5"
        assert not (draft.path / "rows.parquet").exists()
        draft.write("rows", pl.DataFrame({"value": [2]}))
    version = store.current("things", "etcd")
    assert version.table("rows")["value"].to_list() == [2]
    assert list(version.files) == ["rows.parquet"]  # scratch is never published


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)])
    if mounted.returncode != 0:
        pytest.skip("this machine does not let us mount a tmpfs")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_and_the_old_version_stays(small_disk: Path):
    store = Store(small_disk)
    put(store, 1)
    noise = pl.DataFrame({"value": [os.urandom(400_000)]})
    with (
        pytest.raises(StoreError, match="no space left"),
        store.draft("things", "etcd", "r2") as draft,
    ):
        draft.write("rows", noise)
    assert store.current("things", "etcd").table("rows")["value"].to_list() == [1]
