"""kill -9 in the middle of the asset: what was answered is neither lost nor paid for again."""

import os
import signal
import subprocess
import sys
import time

from cncf_llm.questions.written import read_ledger
from cncf_llm.store import Store
from cncf_llm_tests.questions.written.chat_server import Answer, honest
from cncf_llm_tests.questions.written.materialize import KEY, environment

CONCURRENCY = 16  # the default


def start(folder, server, documents):
    return subprocess.Popen(
        [sys.executable, "-m", "cncf_llm_tests.questions.written.materialize", str(documents)],
        env=environment(folder, server.base_url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill_after(process, server, replies):
    """Kill the process when the server has finished so many replies."""
    for _ in range(6000):
        if server.finished >= replies:
            break
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    while server.under_way:
        time.sleep(0.01)


def test_a_killed_run_loses_no_reply_and_repeats_only_what_was_under_way(serve, tmp_path):
    server = serve(lambda body, nth: Answer(honest(body).content, wait=0.1))
    kill_after(start(tmp_path, server, 20), server, 18)
    (ledger,) = tmp_path.glob(f"data/written_pairs/{KEY}/draft-*/scratch/replies.jsonl")
    kept = read_ledger(ledger)
    before = dict(server.asked)
    assert kept.keys() <= before.keys()
    assert len(kept) >= 1
    assert set(before.values()) == {1}
    assert len(before.keys() - kept.keys()) <= CONCURRENCY

    # The second run is over other documents: one has come. It finds the replies all the same.
    server.script = honest
    assert start(tmp_path, server, 19).wait() == 0
    repeated = {key for key, times in server.asked.items() if times > 1}
    assert repeated <= before.keys() - kept.keys()
    assert max(server.asked.values()) <= 2
    version = Store(tmp_path / "data").require("written_pairs", KEY)
    replies = dict(version.table("replies").select("key", "text").iter_rows())
    assert (
        replies.items()
        >= {key: reply.text for key, reply in kept.items() if key in replies}.items()
    )
    assert version.table("pairs").height == 38
    assert version.facts["counts"]["asked"] == 38 - version.facts["counts"]["reused"]
