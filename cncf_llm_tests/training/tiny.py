"""A model so small that it is made in a second, and the texts and pairs it is trained on."""

from pathlib import Path

import polars as pl

from cncf_llm.training import EmbeddedRecipe, LoraRecipe, train_embedded_model

RECIPE = EmbeddedRecipe(
    vocabulary=400,
    hidden=32,
    layers=2,
    heads=2,
    intermediate=64,
    context=64,
    batch=4,
    steps=12,
    epochs=100,
    warmup=2,
    measure_every=4,
    checkpoint_every=4,
    held_out=0.2,
    precision="fp32",
)
LORA = LoraRecipe(
    rank=4,
    alpha=8,
    learning_rate=1e-2,
    warmup_steps=2,
    batch=4,
    epochs=4.0,
    min_steps=1,
    max_steps=24,
    max_length=64,
    validation_pairs=4,
    measure_every=6,
    checkpoint_every=6,
    precision="fp32",
    activation_checkpointing=False,
)
COLOURS = ["red", "green", "blue", "white", "black", "brown", "grey", "pink"]


def texts() -> list[str]:
    return [
        f"The {colour} proxy listens on port {number}. It forwards requests of the {colour} "
        f"service to {number + 1} replicas, and answers with an error when none is ready."
        for number, colour in enumerate(COLOURS * 5)
    ]


def pairs(colours: list[str] = COLOURS) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "question": [f"Where does the {colour} proxy listen?" for colour in colours],
            "answer": [f"On port {number}." for number, _ in enumerate(colours)],
        },
        schema={"question": pl.String, "answer": pl.String},
    )


def make(folder: Path) -> Path:
    (folder / "scratch").mkdir(parents=True)
    train_embedded_model(texts(), folder / "model", scratch=folder / "scratch", recipe=RECIPE)
    return folder / "model"
