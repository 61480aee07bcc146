"""Nodes of a training on this machine: each a torchrun of its own, as Kubeflow's pods start it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import polars as pl

from cncf_llm.store.files import file_hash
from cncf_llm.training import Job, LoraRecipe, job_pairs, pairs_table


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(
    command: list[str], count: int, processes: int, folder: Path, env: dict[str, str]
) -> list[subprocess.Popen]:
    """Start the command on each node, with the variables that Kubeflow's plugin for PyTorch sets.

    Each node has a /tmp of its own under `folder`, which also gets its output.
    """
    port = str(free_port())
    if command[0] == "python":
        command = [sys.executable, *command[1:]]
    started = []
    for rank in range(count):
        tmp = folder / f"node-{rank}"
        tmp.mkdir(parents=True)
        variables = {
            **os.environ,
            **env,
            "TMPDIR": str(tmp),
            "OMP_NUM_THREADS": "1",
            "PET_NNODES": str(count),
            "PET_NPROC_PER_NODE": str(processes),
            "PET_NODE_RANK": str(rank),
            "PET_MASTER_ADDR": "127.0.0.1",
            "PET_MASTER_PORT": port,
        }
        with (folder / f"node-{rank}.log").open("wb") as log:
            started.append(
                subprocess.Popen(command, env=variables, stdout=log, stderr=subprocess.STDOUT)
            )
    return started


def upload_folder(bucket, prefix: str, folder: Path) -> dict[str, str]:
    """Put a folder's files into a bucket; return the hash of each."""
    files = {}
    for file in sorted(folder.iterdir()):
        bucket.upload(file, f"{prefix}/{file.name}")
        files[file.name] = file_hash(file)
    return files


def job_of(
    base: str,
    base_files: dict[str, str],
    train: pl.DataFrame,
    validation: pl.DataFrame,
    recipe: LoraRecipe,
) -> tuple[Job, dict[str, bytes]]:
    tables = {"train": pairs_table(train), "validation": pairs_table(validation)}
    job = Job(
        base=base,
        base_files=base_files,
        base_name="base_model",
        pairs=job_pairs(tables),
        recipe=recipe,
        seed=0,
        code="1",
    )
    return job, tables
