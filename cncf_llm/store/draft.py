"""A version in the making."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from cncf_llm.store.scratch import KeptScratch
from cncf_llm.store.version import Version

SCRATCH = "scratch"


@dataclass
class Draft:
    """A version in the making. What is under `scratch` survives a kill and is never published.

    On a local store it survives by lying there. On a remote one the pod and its disk may be gone,
    so what `keep_scratch` has kept survives; an exception keeps it too.
    """

    path: Path
    previous: Version | None
    facts: dict[str, Any] = field(default_factory=dict)
    kept: KeptScratch | None = None

    @property
    def scratch(self) -> Path:
        scratch = self.path / SCRATCH
        scratch.mkdir(exist_ok=True)
        return scratch

    def keep_scratch(self, every: float = 30.0) -> None:
        """Make what is in `scratch` survive the pod, unless that was done `every` seconds ago.

        Called after each checkpoint. Raises `LostLeaseError` when another run has taken over.
        """
        if self.kept is not None:
            self.kept.keep(every)

    def left_behind(self, name: str) -> list[Path]:
        """Return the files of this name in the scratch of drafts of other recipes that died."""
        if self.kept is not None:
            return self.kept.left_behind(name)
        others = self.path.parent.glob(f"draft-*/{SCRATCH}/{name}")
        return sorted(file for file in others if file.parent.parent != self.path)

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Write a table. The first one written is the asset's main table."""
        self.facts.setdefault("table", name)
        frame.write_parquet(self.path / f"{name}.parquet", compression="zstd")
