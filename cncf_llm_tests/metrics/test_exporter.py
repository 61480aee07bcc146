"""The exporter when its sources are slow, away, or asked too often; and the command."""

import os
import subprocess
import sys
import threading
import time
import urllib.request

import polars as pl
import pytest
import sqlalchemy.exc

from cncf_llm.metrics import read_store
from cncf_llm.metrics.families import gauge
from cncf_llm.store import Store

UP = "cncf_llm_source_up"


def up(found, source):
    return found[UP, frozenset({("source", source)})]


def one():
    return [gauge("ones", "One.", [], {(): 1})]


def test_a_source_that_fails_is_down_and_the_others_are_there(serve):
    def away():
        raise sqlalchemy.exc.OperationalError("select 1", {}, Exception("connection refused"))

    found = serve({"database": away, "store": one})()
    assert (up(found, "database"), up(found, "store")) == (0, 1)
    assert found["cncf_llm_ones", frozenset()] == 1


def test_a_source_that_comes_back_is_up_again(serve):
    answers = [ConnectionError("refused"), None]

    def sometimes():
        answer = answers.pop(0)
        if answer:
            raise answer
        return one()

    scrape = serve({"database": sometimes})
    assert up(scrape(), "database") == 0
    assert up(scrape(), "database") == 1


def test_a_source_that_hangs_is_down_and_is_not_asked_twice(serve):
    asked, go_on = [], threading.Event()

    def hangs():
        asked.append(1)
        go_on.wait(30)
        return one()

    scrape = serve({"database": hangs, "store": one}, timeout=0.2)
    started = time.monotonic()
    for _ in range(3):
        found = scrape()
        assert (up(found, "database"), up(found, "store")) == (0, 1)
    assert time.monotonic() - started < 10
    assert len(asked) == 1
    go_on.set()


def test_a_reading_that_was_late_is_used_when_it_is_done(serve):
    asked, go_on = [], threading.Event()

    def slow():
        asked.append(1)
        go_on.wait(30)
        return one()

    scrape = serve({"database": slow}, timeout=0.2)
    assert up(scrape(), "database") == 0
    go_on.set()
    time.sleep(0.1)
    assert up(scrape(), "database") == 1
    assert len(asked) == 1


def test_it_reads_no_more_often_than_it_may(serve):
    asked = []

    def read():
        asked.append(1)
        return one()

    scrape = serve({"database": read}, cache=3600)
    assert scrape() == scrape()
    assert len(asked) == 1


def test_the_store_tells_of_projects_that_left(store):
    (family,) = read_store(store)
    assert family.samples == []
    with store.draft("landscape", None, "r") as draft:
        draft.write("retired", pl.DataFrame({"project": ["rkt", "brigade"]}))
    (family,) = read_store(store)
    assert [sample.value for sample in family.samples] == [2]


def test_a_store_that_does_not_answer_is_down(serve, tmp_path, monkeypatch):
    for name, value in (("ENDPOINT_URL", "http://127.0.0.1:9"), ("ACCESS_KEY_ID", "x"),
                        ("SECRET_ACCESS_KEY", "x")):  # fmt: skip
        monkeypatch.setenv(f"AWS_{name}", value)
    store = Store("s3://nowhere/data", cache=tmp_path, patience=0.1)
    found = serve({"store": lambda: read_store(store)}, timeout=10)()
    assert up(found, "store") == 0


@pytest.mark.slow
def test_the_command_serves_the_platforms_metrics(tmp_path):
    environment = {**os.environ, "CNCF_LLM_HOME": str(tmp_path)}
    environment.pop("DAGSTER_HOME", None)
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "cncf_llm.cli",
        "metrics",
        "--port",
        "0",
        "--cache",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("Metrics at http://127.0.0.1:")
            text = urllib.request.urlopen(line.split()[-1], timeout=120).read().decode()
        finally:
            process.kill()
    assert 'cncf_llm_source_up{source="database"} 1.0' in text
    assert 'cncf_llm_source_up{source="store"} 1.0' in text
    assert "process_resident_memory_bytes" in text


def test_without_the_library_the_command_says_what_is_missing(monkeypatch):
    from cncf_llm import cli

    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    with pytest.raises(cli.UsageError, match=r"cncf-llm\[kubernetes\]"):
        cli.metrics()
