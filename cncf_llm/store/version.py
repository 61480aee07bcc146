"""A stored version: what it is, without its data, and its data when that is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from cncf_llm.store.errors import StoreError
from cncf_llm.store.identity import digest


@dataclass(frozen=True)
class Version:
    """One immutable version of one partition of an asset.

    `files` maps each file's relative path to its SHA-256. `recipe` is the digest of everything that
    the version was computed from. `facts` is what is worth knowing of the computation but not part
    of the content, such as an MLflow run id. `location` is the folder or URL where it is stored.

    These, and `part`, are known without any of the data. What is in the files comes from a remote
    store when it is first asked for: a table alone, a sub-folder, or all of it by `path`. Each of
    these raises `StoreError` when the store has lost it or it is damaged.
    """

    asset: str
    partition: str | None
    digest: str
    recipe: str
    location: str
    files: Mapping[str, str]
    facts: Mapping[str, Any]
    # Where the files are on this machine, or will be once `bring` has downloaded those it is given.
    folder: Path
    bring: Callable[[Sequence[str]], None] | None = field(default=None, repr=False, compare=False)

    @property
    def path(self) -> Path:
        """The local folder with all of the version's files."""
        return self._brought(list(self.files), self.folder)

    def subfolder(self, name: str) -> Path:
        """Return the local folder of the files under `name` in the version: these alone."""
        inside = [file for file in self.files if file.startswith(f"{name}/")]
        return self._brought(inside, self.folder / name)

    def table(self, name: str) -> pl.DataFrame:
        """Read one of the version's tables. Raises `StoreError` when it has none of that name."""
        return pl.read_parquet(self._file(name))

    def scan(self, name: str) -> pl.LazyFrame:
        """Return one of the version's tables, of which only what is asked for will be read."""
        return pl.scan_parquet(self._file(name))

    def tables(self) -> dict[str, pl.DataFrame]:
        """Read all tables in the version's top folder, by name."""
        names = [PurePosixPath(name) for name in self.files]
        tables = [name for name in names if name.suffix == ".parquet" and len(name.parts) == 1]
        self._brought([name.name for name in tables], self.folder)
        return {name.stem: self.table(name.stem) for name in tables}

    def part(self, folder: str) -> str:
        """Return the digest of one sub-folder, for those who depend on that part alone."""
        return digest({k: v for k, v in self.files.items() if k.startswith(f"{folder}/")})

    def _file(self, name: str) -> Path:
        file = f"{name}.parquet"
        if file not in self.files:
            held = ", ".join(sorted(self.files)) or "no file"
            raise StoreError(
                f"{self.asset} has no table {name!r} in {self.location}; it has {held}"
            )
        path = self._brought([file], self.folder / file)
        if not path.is_file():
            raise StoreError(f"{path} is gone: materialize {self.asset} again")
        return path

    def _brought(self, files: Sequence[str], path: Path) -> Path:
        if self.bring is not None:
            self.bring(files)
        return path
