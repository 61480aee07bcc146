"""Run the git binary so that nothing a repository or a URL says can make it do more than read."""

import errno
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

_PASSED_ON = ("PATH", "TMPDIR", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
_PASSED_ON += ("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "SYSTEMROOT")
_CONFIG = (
    "safe.directory=*",  # a mirror may belong to another user; it is only read
    "core.hooksPath=/dev/null",
    "core.bigFileThreshold=16m",  # larger blobs are streamed, not held
    "core.packedGitLimit=1g",
    "core.packedGitWindowSize=64m",
    "fetch.unpackLimit=1",  # always a pack, which appears whole or not at all
    "gc.auto=0",
    "maintenance.auto=false",
    "http.followRedirects=false",  # curl would follow to any host
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
)
# A delta of a few bytes can stand for gigabytes, so git's memory is bounded (not on macOS).
_SHELL = 'ulimit -v 4194304 2>/dev/null; ulimit -f "$1" && shift && exec "$@"'
_OUTPUT_BYTES = 4_000_000
_ERROR_BYTES = 64_000
_ANY_SIZE = 1_000_000_000_000


class GitError(Exception):
    """Git failed: the line that says why, all that it wrote, and whether it ran out of time."""

    def __init__(self, message: str, output: str = "", *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.output = output
        self.timed_out = timed_out


def git(arguments: Sequence[str], **options) -> bytes:
    """Return what `git <arguments>` writes, at most 4 MB. Options and errors as in `git_output`."""
    with git_output(arguments, **options) as stream:
        output = stream.read(_OUTPUT_BYTES + 1)
        if len(output) > _OUTPUT_BYTES:
            raise GitError(f"git {arguments[0]} answered with more than {_OUTPUT_BYTES:,} bytes")
    return output


@contextmanager
def git_output(
    arguments: Sequence[str],
    *,
    git_dir: Path | None = None,
    protocols: str = "",
    seconds: float = 60,
    lines: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
    file_bytes: int = _ANY_SIZE,
) -> Iterator[IO[bytes]]:
    """Run `git <arguments>` on the input `lines` and yield the stream that it writes.

    `protocols` are the transports that git may use (`https`, `file`, joined by colons); none by
    default. User and system configuration, prompts, hooks and credential helpers are out of play.
    `file_bytes` is the size that a file written by git may have. Read the stream to its end.

    Raises `GitError` when git fails, runs for more than `seconds` or writes too large a file, and
    `OSError` when the disk is full.
    """
    if shutil.which("git") is None:
        raise GitError("the git program is not installed or not on PATH")
    command = ["sh", "-c", _SHELL, "sh", str(max(1, file_bytes // 512)), "git", "--no-pager"]
    command += [part for pair in _CONFIG for part in ("-c", pair)]
    if git_dir is not None:
        command.append(f"--git-dir={git_dir}")
    with tempfile.TemporaryFile() as stdin:
        stdin.writelines(f"{line}\n".encode("ascii") for line in lines)
        stdin.seek(0)
        process = subprocess.Popen(
            [*command, *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(protocols) | dict(environment or {}),
            start_new_session=True,  # so that transport helpers end with it
        )
    output, said = cast("IO[bytes]", process.stdout), cast("IO[bytes]", process.stderr)
    errors = bytearray()
    listener = threading.Thread(target=_keep_end, args=(said, errors), daemon=True)
    listener.start()
    timed_out = threading.Event()

    def stop() -> None:
        if process.poll() is None:
            timed_out.set()
            os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        yield output
        process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.close()
        listener.join()
        said.close()
    if timed_out.is_set():
        raise GitError(f"no answer after {seconds:g} s", timed_out=True)
    if process.returncode:
        raise _failure(process.returncode, errors.decode("utf-8", "replace").strip())


def _failure(status: int, said: str) -> Exception:
    if "No space left on device" in said:
        return OSError(errno.ENOSPC, "No space left on device while git was writing")
    lines = said.splitlines() or [f"exit status {status}"]
    cause = next((line for line in lines if line.startswith("fatal:")), lines[-1])
    return GitError(cause, said)


def _keep_end(stream: IO[bytes], kept: bytearray) -> None:
    """Read all of the stream, so that git never waits, and keep its last part."""
    while part := os.read(stream.fileno(), _ERROR_BYTES):
        kept += part
        del kept[:-_ERROR_BYTES]


def _environment(protocols: str) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | {
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_ASKPASS": "true",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
