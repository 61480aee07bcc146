"""Run the git binary so that nothing a repository or a URL says can make it do more than read."""

import errno
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_PASSED_ON = ("PATH", "TMPDIR", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
_PASSED_ON += ("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "SYSTEMROOT")
_CONFIG = (
    "safe.directory=*",  # a mirror may belong to another user; it is only read
    "core.hooksPath=/dev/null",
    "gc.auto=0",
    "maintenance.auto=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
)


class GitError(Exception):
    """Git failed: the last line it wrote, all that it wrote, and whether it ran out of time."""

    def __init__(self, message: str, output: str = "", *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.output = output
        self.timed_out = timed_out


def git(
    arguments: Sequence[str],
    *,
    git_dir: Path | None = None,
    protocols: str = "",
    seconds: float = 60,
    stdin: IO[bytes] | None = None,
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `git <arguments>` writes.

    `protocols` are the transports that git may use (`https`, `file`, joined by colons); none by
    default, so also a lazy fetch of a partial clone is refused. User and system configuration,
    prompts, hooks and credential helpers are out of play.

    Raises `GitError` when git fails or runs for more than `seconds`, `OSError` when the disk is
    full.
    """
    command = ["git", "--no-pager", *(part for pair in _CONFIG for part in ("-c", pair))]
    if git_dir is not None:
        command.append(f"--git-dir={git_dir}")
    try:
        process = subprocess.Popen(
            [*command, *arguments],
            stdin=stdin or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(protocols) | dict(environment or {}),
            start_new_session=True,  # so that transport helpers end with it
        )
    except FileNotFoundError as error:
        raise GitError("the git program is not installed or not on PATH") from error
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise GitError(f"no answer after {seconds:g} s", timed_out=True) from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode:
        said = errors.decode("utf-8", "replace").strip()
        if "No space left on device" in said:
            raise OSError(errno.ENOSPC, "No space left on device while git was writing")
        last = said.splitlines()[-1] if said else f"exit status {process.returncode}"
        raise GitError(last, said)
    return output


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
