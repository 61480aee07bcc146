"""The store in a bucket: two stores with caches of their own are two machines."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest

from cncf_llm.store import BusyPartitionError, LostLeaseError, Store, StoreError
from cncf_llm.store.bucket import Bucket

# A draft is a block, and what it raises at its end is what is tested.
# ruff: noqa: PT012


@pytest.fixture
def machine(s3, tmp_path):
    """Return a function that makes the store as another machine has it."""

    def make(name, *, lease=60.0, patience=10.0):
        return Store(f"{s3}/data", cache=tmp_path / name, lease=lease, patience=patience)

    return make


def rows(*values):
    return pl.DataFrame({"value": list(values)})


def put(store, value, recipe="r"):
    with store.draft("things", "etcd", recipe) as draft:
        draft.write("rows", rows(value))


def value(store):
    return store.require("things", "etcd").table("rows")["value"].to_list()


def keys(store, part=""):
    return [key for key in store.bucket.keys("things/etcd/") if part in key]


def test_what_one_machine_wrote_another_reads(machine):
    put(machine("a"), 1)
    assert value(machine("b")) == [1]
    assert machine("b").partitions("things") == ["etcd"]


def test_versions_are_those_with_data(machine):
    store = machine("a")
    for project in ("etcd", "helm", "dapr"):
        with store.draft("things", project, "r") as draft:
            draft.write("rows", rows(project))
    with pytest.raises(KeyError), store.draft("things", "unfinished", "r"):
        raise KeyError
    assert list(store.versions("things")) == ["dapr", "etcd", "helm"]
    found = store.versions("things", among={"helm", "unfinished"})
    assert {key: v.table("rows")["value"].to_list() for key, v in found.items()} == {
        "helm": ["helm"]
    }
    assert store.versions("nothing") == {}


def test_old_versions_are_removed_but_for_the_last(machine):
    store, reader = machine("a"), machine("b")
    put(store, 0)
    version = reader.require("things", "etcd")
    put(store, 1)
    assert version.table("rows")["value"].to_list() == [0]  # read only now
    put(store, 1, recipe="the same content")
    assert len(keys(store, ".parquet")) == 2  # nothing changed: no reader is left behind
    put(store, 2)
    put(store, 3)
    assert len(keys(store, ".parquet")) == 2
    late = machine("c").require("things", "etcd")
    put(store, 4)
    put(store, 5)
    with pytest.raises(StoreError, match="it is gone"):
        late.table("rows")


def test_a_writer_on_another_machine_is_turned_away_by_name(machine):
    with (
        machine("a", lease=2).draft("things", "etcd", "r") as draft,
        pytest.raises(BusyPartitionError, match=rf"process {os.getpid()}, .* runs out in \d s"),
        machine("b").draft("things", "etcd", "r"),
    ):
        draft.write("rows", rows(1))
    put(machine("b"), 2)  # the lease was given back: no wait


KILLED = """
import os, signal, sys
import polars as pl
from pathlib import Path
from cncf_llm.store import Store
with Store(sys.argv[1], cache=Path(sys.argv[2]), lease=2).draft("things", "etcd", "r") as draft:
    draft.write("rows", pl.DataFrame({"value": [2]}))
    (draft.scratch / "checkpoint-5").mkdir()
    (draft.scratch / "checkpoint-5" / "weights").write_bytes(b"5" * 1000)
    (draft.scratch / "note").write_text("run 1")
    draft.keep_scratch()
    (draft.scratch / "note").write_text("not kept")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_is_waited_for_and_its_scratch_comes_back(machine, s3, tmp_path):
    put(machine("a"), 1)
    killed = [sys.executable, "-c", KILLED, f"{s3}/data", str(tmp_path / "gone")]
    assert subprocess.run(killed, env=os.environ).returncode == -signal.SIGKILL
    store = machine("b")
    assert value(store) == [1]
    with store.draft("things", "etcd", "r") as draft:
        assert (draft.scratch / "checkpoint-5" / "weights").read_bytes() == b"5" * 1000
        assert (draft.scratch / "note").read_text() == "run 1"
        assert not (draft.path / "rows.parquet").exists()
        draft.write("rows", rows(2))
    assert value(store) == [2]
    assert list(store.require("things", "etcd").files) == ["rows.parquet"]
    assert keys(store, "scratch") == []


def test_an_exception_keeps_scratch_for_the_same_recipe_alone(machine):
    with pytest.raises(KeyError), machine("a").draft("things", "etcd", "r") as draft:
        (draft.scratch / "replies").write_text("paid for")
        raise KeyError
    with pytest.raises(KeyError), machine("b").draft("things", "etcd", "other") as draft:
        assert not (draft.scratch / "replies").exists()
        assert [path.read_text() for path in draft.left_behind("replies")] == ["paid for"]
        assert draft.left_behind("nothing") == []
        raise KeyError
    with machine("c").draft("things", "etcd", "r") as draft:
        assert (draft.scratch / "replies").read_text() == "paid for"
        draft.write("rows", rows(1))


def test_scratch_is_kept_as_it_is_now_and_not_more_often_than_asked(machine):
    store = machine("a")
    with store.draft("things", "etcd", "r") as draft:
        (draft.scratch / "old").write_text("1")
        (draft.scratch / "same").write_text("2")
        draft.keep_scratch()
        (draft.scratch / "old").unlink()
        (draft.scratch / "new").write_text("3")
        before = keys(store, "scratch")
        draft.keep_scratch()  # 30 s are not over
        assert keys(store, "scratch") == before
        draft.keep_scratch(every=0)
        manifest = next(key for key in keys(store) if key.endswith("manifest.json"))
        assert list(json.loads(store.bucket.get(manifest).content)) == ["new", "same"]
        assert len(keys(store, "scratch")) == 3
        draft.write("rows", rows(1))


def test_damaged_scratch_is_not_used(machine, caplog):
    with pytest.raises(KeyError), machine("a").draft("things", "etcd", "r") as draft:
        (draft.scratch / "checkpoint").write_text("5")
        raise KeyError
    store = machine("b")
    content = next(key for key in keys(store, "scratch") if not key.endswith(".json"))
    store.bucket.put_whole(content, b"junk")
    with store.draft("things", "etcd", "r") as draft:
        assert list(draft.scratch.iterdir()) == []
        draft.write("rows", rows(1))
    assert "scratch of an earlier run is not used" in caplog.text
    assert value(store) == [1]


def test_who_lost_the_lease_publishes_nothing(machine):
    slow, fast = machine("a", lease=1), machine("b", lease=1)
    put(slow, 1)
    with (
        pytest.raises(LostLeaseError, match="another run has taken over things of etcd"),
        slow.draft("things", "etcd", "slow") as draft,
    ):
        draft.write("rows", rows(2))
        # As if this process had been stopped for longer than its lease.
        held = next(key for key in keys(slow) if key.endswith("lease.json"))
        slow.bucket.put_whole(held, b'{"token": "another", "released": true}')
        put(fast, 3)
    assert value(machine("c")) == [3]
    put(slow, 4)
    assert value(machine("c")) == [4]


def test_work_is_ended_at_a_checkpoint_when_the_lease_is_lost(machine):
    store = machine("a", lease=1)
    with (
        pytest.raises(LostLeaseError),
        store.draft("things", "etcd", "slow") as draft,
    ):
        held = next(key for key in keys(store) if key.endswith("lease.json"))
        store.bucket.put_whole(held, b'{"token": "another"}')
        for _ in range(50):
            time.sleep(0.1)
            draft.keep_scratch()


def test_a_pointer_that_another_one_moved_is_not_replaced(machine):
    store = machine("a")
    put(store, 1)
    with (
        pytest.raises(StoreError, match="published by another writer"),
        store.draft("things", "etcd", "r") as draft,
    ):
        draft.write("rows", rows(2))
        pointer = store.bucket.get("things/etcd/current.json")
        store.bucket.put_whole("things/etcd/current.json", pointer.content + b"\n")
    assert value(machine("b")) == [1]


def test_of_many_that_begin_at_once_one_writes(machine):
    stores = [machine(f"machine-{n}", lease=1) for n in range(4)]
    inside, begun = [], threading.Barrier(4)

    def write(store):
        begun.wait()
        try:
            with store.draft("things", "etcd", "r") as draft:
                inside.append(1)
                assert len(inside) == 1
                time.sleep(1.5)
                draft.write("rows", rows(1))
                inside.pop()
        except BusyPartitionError:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, stores)) >= 1


def test_damage_is_noticed_and_healed_by_the_next_writer(machine):
    store = machine("a")
    put(store, 7)
    store.bucket.put_whole(keys(store, "rows.parquet")[0], b"junk")
    reader = machine("b")
    for _ in range(2):  # nothing of it stays here
        with pytest.raises(StoreError, match=r"rows\.parquet is damaged"):
            value(reader)
    put(store, 7)
    assert value(reader) == [7]


@pytest.mark.parametrize("name", ["../../../outside", "/etc/outside", ""])
def test_a_pointer_cannot_name_files_outside(machine, name):
    store = machine("a")
    pointer = {"digest": "0" * 32, "recipe": "r", "files": {name: "0"}, "facts": {}}
    store.bucket.put_whole("things/etcd/current.json", json.dumps(pointer).encode())
    with pytest.raises(StoreError, match="it names files outside"):
        store.current("things", "etcd")


def test_many_downloads_at_once_are_whole(machine):
    store = machine("a")
    with store.draft("things", "etcd", "r") as draft:
        draft.write("rows", rows(*range(1000)))
        (draft.path / "large").write_bytes(os.urandom(10_000_000))  # in parts, both ways
    reader = machine("b")

    def read(_):
        version = reader.require("things", "etcd")
        return version.table("rows").height, (version.path / "large").stat().st_size

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(read, range(6))) == {(1000, 10_000_000)}
    folder = reader.require("things", "etcd").path
    assert sorted(path.name for path in folder.iterdir()) == ["large", "rows.parquet"]
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_an_outage_at_any_moment_is_waited_out(cable, machine, caplog):
    """The server is away for a second before each step of a writer and of a reader."""
    store, reader = machine("a", lease=2), machine("b")

    def away():
        cable.cut()
        threading.Timer(1.0, cable.mend).start()

    away()
    with store.draft("things", "etcd", "r") as draft:
        draft.write("rows", rows(1))
        (draft.scratch / "checkpoint").write_text("5")
        away()
        draft.keep_scratch()
        (draft.path / "large").write_bytes(os.urandom(20_000_000))
        threading.Timer(0.3, away).start()  # in the middle of the upload
    time.sleep(1.5)
    away()
    version = reader.require("things", "etcd")
    threading.Timer(0.05, away).start()
    assert (version.path / "large").stat().st_size == 20_000_000
    assert version.table("rows")["value"].to_list() == [1]
    assert "does not answer" in caplog.text
    time.sleep(1.5)


def test_a_lease_outlives_an_outage_longer_than_itself(cable, machine):
    """While the server is away, nobody can take what cannot be renewed."""
    store = machine("a", lease=1)
    with store.draft("things", "etcd", "r") as draft:
        draft.write("rows", rows(1))
        cable.cut()
        time.sleep(4)
        cable.mend()
    assert value(machine("b")) == [1]


def test_an_outage_without_end_is_said(cable, machine):
    store = machine("a", patience=1)
    put(store, 1)
    cable.cut()
    started = time.monotonic()
    with pytest.raises(StoreError, match=r"has not answered for 1 s .*AWS_ENDPOINT_URL") as error:
        store.current("things", "etcd")
    assert 0.5 < time.monotonic() - started < 5
    assert "s3://" in str(error.value)
    assert "read things/etcd/current.json" in str(error.value)
    cable.mend()


def test_scratch_that_cannot_be_kept_costs_a_warning(cable, machine, caplog, monkeypatch):
    monkeypatch.setattr("cncf_llm.store.scratch._PATIENCE", 0.3)
    with machine("a").draft("things", "etcd", "r") as draft:
        (draft.scratch / "checkpoint").write_text("5")
        cable.cut()
        draft.keep_scratch()
        cable.mend()
        draft.write("rows", rows(1))
    assert "scratch of this run is not kept" in caplog.text
    assert value(machine("b")) == [1]


def test_what_time_does_not_heal_is_said_at_once(s3, tmp_path, monkeypatch):
    started = time.monotonic()
    missing = Store("s3://no-such-bucket/data", cache=tmp_path)
    for ask in (
        lambda: missing.current("things", "etcd"),
        lambda: missing.partitions("things"),
        lambda: put(missing, 1),
    ):
        with pytest.raises(StoreError, match=r"\(NoSuchBucket\): there is no such bucket"):
            ask()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(StoreError, match="there are no credentials"):
        Store(s3, cache=tmp_path).current("things", "etcd")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_a_denied_access_is_said_at_once_and_without_secrets(machine, caplog, code):
    from botocore.stub import Stubber

    caplog.set_level(logging.DEBUG)
    store = machine("a")
    with Stubber(store.bucket._client) as stub:
        stub.add_client_error("get_object", code, http_status_code=403)
        with pytest.raises(StoreError, match=code) as error:
            store.current("things", "etcd")
    assert "not-to-be-told" not in str(error.value) + caplog.text


@pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("InternalError", 500)])
def test_an_overloaded_server_is_asked_again(machine, code, status):
    from botocore.stub import Stubber

    bucket = Bucket(machine("a").bucket.url, patience=5)
    with Stubber(bucket._client) as stub:
        stub.add_client_error("list_objects_v2", code, http_status_code=status)
        stub.add_response(
            "list_objects_v2", {"IsTruncated": False, "Contents": [{"Key": "data/a"}]}
        )
        assert list(bucket.keys("")) == ["a"]


def test_a_write_whose_answer_was_lost_is_recognized(machine):
    bucket = machine("a").bucket
    etag = bucket.put("one", b"first", replaces=None)
    assert bucket.put("one", b"first", replaces=None) == etag  # as when it is sent twice
    second = bucket.put("one", b"second", replaces=etag)
    assert bucket.put("one", b"second", replaces=etag) == second


def test_listing_and_removing_go_on_after_a_page(machine, monkeypatch):
    monkeypatch.setattr("cncf_llm.store.bucket._PAGE", 3)
    bucket = machine("a").bucket
    names = [f"many/{n}" for n in range(7)]
    for name in names:
        bucket.put_whole(name, b"")
    assert list(bucket.keys("many/")) == names
    bucket.delete(names)
    assert list(bucket.keys("many/")) == []


@pytest.mark.parametrize("root", ["gs://bucket/data", "memory://x", "s3://", "s3://a b/c"])
def test_a_root_that_is_no_place_is_refused(root, tmp_path):
    with pytest.raises(StoreError, match="name a folder or s3://bucket/prefix"):
        Store(root, cache=tmp_path)
