"""The processes of one training: which one this is, and what share of a step it takes.

torchrun sets the variables (https://docs.pytorch.org/docs/stable/elastic/run.html). Without it
there is one process.
"""

import os

from cncf_llm.training.runtime import TrainingError


def world() -> int:
    """Return how many processes train together."""
    return int(os.environ["WORLD_SIZE"]) if "LOCAL_RANK" in os.environ else 1


def rank() -> int:
    """Return which of them this is; 0 writes the results."""
    return int(os.environ["RANK"]) if "LOCAL_RANK" in os.environ else 0


def local_rank() -> int:
    """Return which process of its machine this is, and so which GPU is its own."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def share(batch: int, accumulation: int, processes: int) -> tuple[int, int]:
    """Return the pairs at once and the accumulation of each process.

    All together then learn from `batch * accumulation` pairs in a step, as one process does, so the
    result is comparable; no process holds more than `batch` pairs at once.

    Raises `TrainingError` when the pairs of a step cannot be shared evenly.
    """
    pairs, rest = divmod(batch * accumulation, processes)
    if rest or not pairs:
        raise TrainingError(
            f"{batch * accumulation} pairs of a step cannot be shared evenly by {processes} "
            "processes: choose a number of nodes and GPUs that divides them"
        )
    steps = next(n for n in range(1, pairs + 1) if pairs % n == 0 and pairs // n <= batch)
    return pairs // steps, steps
