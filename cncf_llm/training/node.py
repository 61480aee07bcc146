"""One process of a training on several nodes: `torchrun -m cncf_llm.training.node s3://…/<job>`.

torchrun starts it on each node, once for each GPU, and takes the number of nodes and their meeting
point from the `PET_*` variables that Kubeflow Trainer sets. Everything else is read from, and
written to, the folder in the object store (`exchange.py`). It needs no Kubernetes and no MLflow.
"""

import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import polars as pl

from cncf_llm.store import StoreError
from cncf_llm.store.bucket import Bucket
from cncf_llm.training import exchange
from cncf_llm.training.exchange import Job, Progress
from cncf_llm.training.lora import checkpoint_folder, train_adapter
from cncf_llm.training.processes import local_rank, rank, world
from cncf_llm.training.runtime import TrainingError, device, silent

_MEETING = timedelta(minutes=30)  # a node may come this much later than the first
_EVERY = 5.0  # seconds between two reports
_log = logging.getLogger(__name__)


def main(url: str) -> None:
    """Train the job in the folder `url` with the other processes, and store the result there."""
    place = Bucket(url)
    try:
        _train(place, exchange.read_job(place))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"[:2000]
        try:
            exchange.report_failure(place, rank(), time.time(), reason)
        except StoreError as unheard:
            _log.error("could not say in the store why this process ends: %s", unheard)
        raise


def _train(place: Bucket, job: Job) -> None:
    import torch.distributed as dist

    if world() != job.recipe.nodes * job.recipe.processes:
        raise TrainingError(
            f"{world()} processes were started for a recipe of {job.recipe.nodes} nodes with "
            f"{job.recipe.processes} each: the training runtime must start as many as the TrainJob "
            "asks for"
        )
    folder = Path(tempfile.gettempdir()) / job.name
    if local_rank() == 0:
        shutil.rmtree(folder, ignore_errors=True)  # of a container that was restarted
        exchange.bring(place, job, folder)
        exchange.restore_checkpoint(place, _checkpoints(job, folder))
    dist.init_process_group("nccl" if device() == "cuda" else "gloo", timeout=_MEETING)
    dist.barrier()
    train, validation = _pairs(folder)
    told = Told(place) if rank() == 0 else None
    trained = train_adapter(
        folder / "base",
        train,
        validation,
        folder / "adapter",
        scratch=folder,
        recipe=job.recipe,
        base_name=job.base_name,
        seed=job.seed,
        tracking=told,
        report=told.report if told else silent,
        saved=told.saved if told else None,
    )
    if told:
        told.flush()
        exchange.give(place, folder / "adapter", trained)
    dist.barrier()  # nobody ends, and so tears down the meeting point, before the result is stored
    dist.destroy_process_group()


def _pairs(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    train, validation = (pl.read_parquet(folder / f"{s}.parquet") for s in ("train", "validation"))
    return train, validation


def _checkpoints(job: Job, folder: Path) -> Path:
    train, validation = _pairs(folder)
    return checkpoint_folder(folder, train, validation, job.recipe, job.seed)


@dataclass
class Told:
    """What the first process tells the step that waits: steps, curves and checkpoints.

    A store that does not answer costs the news, not the training.
    """

    place: Bucket
    done: int = 0
    total: int = 0
    curves: list[dict[str, float | int]] = field(default_factory=list)
    last: float = float("-inf")

    def report(self, done: int, total: int, message: str) -> None:
        self.done, self.total = done, total
        if time.monotonic() - self.last >= _EVERY:
            self.flush()

    def metrics(self, step: int, values: Mapping[str, float | int | None]) -> None:
        known = {name: value for name, value in values.items() if value is not None}
        self.curves.append({"step": step, **known})
        self.flush()

    def flush(self) -> None:
        self.last = time.monotonic()
        try:
            exchange.tell(self.place, Progress(self.done, self.total, self.curves))
        except StoreError as error:
            _log.warning("progress is not told: %s", error)

    def saved(self, checkpoint: Path) -> None:
        try:
            exchange.keep_checkpoint(self.place, checkpoint)
        except StoreError as error:
            _log.warning("a checkpoint is not kept, so a retry begins before it: %s", error)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main(sys.argv[1])
