"""A training that is killed without warning, in a process of its own, and started again."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cncf_llm_tests.training.digests import digests

ROOT = Path(__file__).parents[2]
CODE = """
import sys
from pathlib import Path
from cncf_llm.training import train_adapter, train_embedded_model
from cncf_llm_tests.training import tiny
out = Path(sys.argv[1])
(out / "scratch").mkdir(parents=True, exist_ok=True)
def report(done, total, message):
    print("step", done, message, flush=True)
train_embedded_model(
    tiny.texts(), out / "model", scratch=out / "scratch", recipe=tiny.RECIPE, report=report
)
train_adapter(
    out / "model", tiny.pairs(), tiny.pairs(["red"]), out / "adapter", scratch=out / "scratch",
    recipe=tiny.LORA, report=report,
)
"""


def run(out: Path, kill_at: str | None = None) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CODE, str(out)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            assert line.startswith("step ")  # nothing else is printed
            if kill_at and line.startswith(kill_at):
                process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == (-signal.SIGKILL if kill_at else 0)


@pytest.mark.slow
def test_killed_training_ends_in_the_same_bytes(tmp_path):
    run(tmp_path / "whole")
    killed = tmp_path / "killed"
    run(killed, kill_at="step 9 training the embedded model")
    run(killed, kill_at="step 7 training the adapter")
    run(killed)
    for name in ("model", "adapter"):
        assert digests(killed / name) == digests(tmp_path / "whole" / name)
