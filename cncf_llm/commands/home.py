"""Dagster's home: made on first use, so that a laptop needs no setup."""

import os
from importlib import resources

import dagster as dg

from cncf_llm.settings import Settings


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open the Dagster instance under HOME, or where `DAGSTER_HOME` says.

    Writes a `dagster.yaml` there when there is none.
    """
    home = os.environ.setdefault("DAGSTER_HOME", str(settings.home.absolute()))
    os.makedirs(home, exist_ok=True)
    config = os.path.join(home, "dagster.yaml")
    if not os.path.exists(config):
        text = resources.files("cncf_llm").joinpath("dagster.yaml").read_text()
        with open(config, "w") as file:
            file.write(text)
    return dg.DagsterInstance.get()
