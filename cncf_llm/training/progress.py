"""What the trainer tells the outside: progress of its steps, and its curves to MLflow."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from cncf_llm.training.runtime import Report
from cncf_llm.training.tables import CURVE

Saved = Callable[[Path], None]
"""Called with the folder or file of a checkpoint that is whole."""


class Curves(Protocol):
    """Whatever keeps numbers by step, such as a `TrackedRun`."""

    def metrics(self, step: int, values: Mapping[str, float | int | None]) -> None: ...


_NAMES = {
    "loss": "train_loss",
    "eval_loss": "validation_loss",
    "learning_rate": "learning_rate",
    "grad_norm": "gradient_norm",
}


def progress_callback(report: Report, tracking: Curves | None, saved: Saved | None = None) -> Any:
    """Return a transformers callback: it reports each step, logs the curves, hands on saves."""
    from transformers import TrainerCallback

    class Progress(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            report(state.global_step, state.max_steps, "training the adapter")
            if state.global_step == state.max_steps:
                control.should_log = True  # so that the curve reaches the end

        def on_log(
            self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any
        ) -> None:
            values = {_NAMES[name]: value for name, value in logs.items() if name in _NAMES}
            if tracking and values:
                tracking.metrics(state.global_step, values)

        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if saved:
                saved(Path(args.output_dir) / f"checkpoint-{state.global_step}")

    return Progress()


def curve_of(history: list[dict[str, Any]]) -> pl.DataFrame:
    """Return the trainer's log as a `CURVE` table: one row a step, losses of both kinds in it."""
    rows: dict[int, dict[str, Any]] = {}
    for entry in history:
        row = rows.setdefault(entry["step"], {"step": entry["step"]})
        row.setdefault("train_loss", None)
        row.setdefault("validation_loss", None)
        if "loss" in entry:
            row["train_loss"] = round(float(entry["loss"]), 6)
        if "eval_loss" in entry:
            row["validation_loss"] = round(float(entry["eval_loss"]), 6)
    measured = [
        row
        for row in rows.values()
        if row["train_loss"] is not None or row["validation_loss"] is not None
    ]
    return CURVE.frame(sorted(measured, key=lambda row: row["step"]))
