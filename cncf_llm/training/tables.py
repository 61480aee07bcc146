"""The table that training writes beside the model."""

import polars as pl

from cncf_llm.store import Table

CURVE = Table(
    "curve",
    {
        "step": (pl.Int64, "optimizer steps done"),
        "train_loss": (pl.Float64, "mean nats per trained token since the row before; may be null"),
        "validation_loss": (pl.Float64, "mean nats per held-out token at this step; may be null"),
    },
)
