"""Checkpoints: ours, and those of TRL's trainer, which a kill may leave half written."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
_STATE = "trainer_state.json"


def last_checkpoint(folder: Path) -> Path | None:
    """Return the newest whole checkpoint in `folder`, and remove those that are not whole."""
    whole = []
    for path in folder.glob("checkpoint-*"):
        match = _CHECKPOINT.fullmatch(path.name)
        step = int(match[1]) if match else None
        if step is not None and _step(path) == step:
            whole.append((step, path))
        else:
            shutil.rmtree(path)
    return max(whole)[1] if whole else None


def _step(checkpoint: Path) -> int | None:
    """Return the step in the trainer's state: the trainer writes that file last."""
    try:
        return json.loads((checkpoint / _STATE).read_text())["global_step"]
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        return None


def save_checkpoint(
    path: Path, key: str, step: int, model: Any, optimizers: list[Any], curve: list[dict[str, Any]]
) -> None:
    """Write the state of a training. `key` names recipe, seed and data that it belongs to."""
    import torch

    state = {
        "key": key,
        "step": step,
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "curve": curve,
    }
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)  # a kill leaves the old checkpoint or the new one


def resume(
    path: Path, key: str, model: Any, optimizers: list[Any]
) -> tuple[int, list[dict[str, Any]]]:
    """Load the checkpoint when it belongs to this training; return steps done and the curve."""
    import torch

    if not path.exists():
        return 0, []
    state = torch.load(path, weights_only=True)
    if state["key"] != key:
        return 0, []
    model.load_state_dict(state["model"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    return state["step"], state["curve"]
