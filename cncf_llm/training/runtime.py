"""The state of torch and of the model libraries while a model is trained or scored."""

import os
import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

Report = Callable[[int, int, str], None]
"""Progress: steps done, steps in all, what is being done."""


class TrainingError(Exception):
    """A model cannot be trained from what was given."""


@dataclass(frozen=True)
class Trained:
    """What a training gave beside the files: facts worth showing, and the `CURVE` table.

    `facts` holds `seconds` of this process, so it is not part of what is compared between runs.
    """

    facts: dict[str, Any]
    curve: pl.DataFrame


def silent(done: int, total: int, message: str) -> None:
    """Report progress to nobody."""


@contextmanager
def model_runtime(seed: int) -> Iterator[None]:
    """Make torch deterministic and the libraries quiet; put torch's switches back afterwards.

    Same input, seed, machine and thread count then give the same bytes
    (https://docs.pytorch.org/docs/stable/notes/randomness.html). On a GPU a few operations have no
    deterministic form; torch warns of them and goes on.
    """
    # cuBLAS is deterministic only with a fixed workspace.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # OpenMP threads that wait by spinning take the cores from each other when two processes share
    # them: measured at four times the CPU time. It is read when torch is first imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    silence_libraries()
    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    before = torch.are_deterministic_algorithms_enabled()
    memory: Any = torch.utils.deterministic
    filled = memory.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())
    # Filling buffers that are written before they are read cost a fifth of the time.
    memory.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
        memory.fill_uninitialized_memory = filled


def silence_libraries() -> None:
    """Turn off telemetry, progress bars and chatter of the hub libraries in this process."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    import datasets
    import huggingface_hub
    import transformers

    # PEFT asks transformers by the old name of activation checkpointing.
    warnings.filterwarnings("ignore", ".*is_gradient_checkpointing.*", FutureWarning)
    # Read once at import, which another stage may have done before us.
    huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True
    huggingface_hub.utils.disable_progress_bars()
    datasets.disable_progress_bars()
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()


def precision(wanted: str) -> str:
    """Return `bf16` or `fp32` for a recipe's `auto`, `bf16` or `fp32`.

    `auto` is bf16 where the processor computes in it: elsewhere it is emulated, and slower.
    """
    if wanted != "auto":
        return wanted
    import torch

    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    features = torch.cpu.get_capabilities()
    return "bf16" if features.get("avx512_bf16") or features.get("amx_bf16") else "fp32"


def device() -> str:
    """Return the device that models run on: `cuda` when there is one, else `cpu`."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
