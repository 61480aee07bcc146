"""The command line with small recipes, and a way to be killed in the middle of an asset.

`python -m cncf_llm_tests.small_platform run ...`. With `KILL_IN=<asset>` the process sends itself
SIGKILL in that asset: while it trains, or when its draft is full but not published.
"""

import os
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path

import yaml

from cncf_llm import cli, entities, sample, training
from cncf_llm.defs import progress
from cncf_llm.store import versions

TRAINED = ("base_model", "adapter", "landscape_adapter")


def small_landscape(path: Path, *projects: str) -> Path:
    """Write a landscape of some of the sample's projects (all other items stay)."""
    landscape = yaml.safe_load(sample.LANDSCAPE.read_text())
    for category in landscape["landscape"]:
        for subcategory in category["subcategories"]:
            subcategory["items"] = [
                item
                for item in subcategory["items"] or []
                if "project" not in item or item["name"] in projects
            ]
    path.write_text(yaml.safe_dump(landscape))
    return path


def shrink() -> None:
    """Train as little as still goes through every step: checkpoints, curves, evaluation."""
    training.EMBEDDED = replace(training.EMBEDDED, steps=12, checkpoint_every=4, measure_every=4)
    training.EMBEDDED_LORA = replace(
        training.EMBEDDED_LORA, rank=4, alpha=4, max_steps=9, checkpoint_every=3, measure_every=3
    )
    entities.train_recognizer = partial(entities.train_recognizer, steps=10, max_passages=60)


def die_in(asset: str) -> None:
    """Arrange for SIGKILL in the middle of an asset."""

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if asset in TRAINED:
        progress._EVERY = 0.0
        logged = progress.progress

        def progress_to_death(context):
            report = logged(context)

            def step(done, total, message):
                report(done, total, message)
                if context.asset_key.to_user_string() == asset and done >= 6:
                    die()

            return step

        import cncf_llm.defs.models as models

        models.progress = progress_to_death
        return
    seal = versions._seal

    def seal_or_die(draft, recipe):
        if draft.path.parent.parent.name == asset:
            die()
        return seal(draft, recipe)

    versions._seal = seal_or_die


if __name__ == "__main__":
    shrink()
    if asset := os.environ.get("KILL_IN"):
        die_in(asset)
    cli.main()
