"""What a step and the nodes that train for it hand each other: objects in one folder of a bucket.

    job.json            what to train, on what
    train.parquet, validation.parquet
    progress.json       steps done, and the curves so far
    checkpoint.json     names and hashes of the last checkpoint's files
    checkpoint/<sha256>
    failure-<rank>.json why a process ended
    adapter_*           the result, in PEFT's layout
    result.json         its hashes, facts and curve; written last

The base model's files are read where the store has them. Everything read is checked by its hash,
and no name that was read becomes a path outside the folder that it belongs to.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from cncf_llm.store import content_hash, digest
from cncf_llm.store.bucket import Bucket
from cncf_llm.store.files import file_hash
from cncf_llm.training.adapter_folder import FILES
from cncf_llm.training.recipe import LoraRecipe
from cncf_llm.training.runtime import Trained, TrainingError
from cncf_llm.training.tables import CURVE

PREFIX = "landscape-adapter-"  # of a job's name
_SPLITS = ("train", "validation")


@dataclass(frozen=True)
class Job:
    """A training that several nodes do together.

    `base` is the folder of the base model in the store (a URL), `base_files` the SHA-256 of each of
    its files, `pairs` that of each split's table, `code` the version of this stage.
    """

    base: str
    base_files: Mapping[str, str]
    base_name: str
    pairs: Mapping[str, str]
    recipe: LoraRecipe
    seed: int
    code: str

    @property
    def name(self) -> str:
        """The same for the same training: who tries again finds what there is."""
        return f"{PREFIX}{digest(asdict(self))[:16]}"


@dataclass(frozen=True)
class Progress:
    """How far a training is: steps done, steps in all, and what was measured at which `step`."""

    done: int
    total: int
    curves: Sequence[Mapping[str, float | int]] = ()


def pairs_table(pairs: pl.DataFrame) -> bytes:
    """Return a split as the nodes read it: a Parquet file, the same bytes for the same pairs."""
    buffer = io.BytesIO()
    pairs.select("question", "answer").sort("question", "answer").write_parquet(buffer)
    return buffer.getvalue()


def job_pairs(tables: Mapping[str, bytes]) -> dict[str, str]:
    """Return the hashes of the splits' tables, as a `Job` names them."""
    return {split: content_hash(tables[split]) for split in _SPLITS}


def hand_over(place: Bucket, job: Job, tables: Mapping[str, bytes]) -> None:
    """Write what the nodes will read, and remove what an earlier attempt said."""
    place.delete([*place.keys("failure-"), "progress.json"])
    for split in _SPLITS:
        place.put_whole(f"{split}.parquet", tables[split])
    place.put_whole("job.json", _json(asdict(job)))


def read_job(place: Bucket) -> Job:
    """Return the job of this folder. Raises `TrainingError` when there is none."""
    facts = _read(place, "job.json")
    if facts is None:
        raise TrainingError(f"{place.url} has no job.json: nobody asked for a training there")
    recipe = facts.pop("recipe")
    modules = tuple(recipe.pop("target_modules"))
    return Job(**facts, recipe=LoraRecipe(**recipe, target_modules=modules))


def bring(place: Bucket, job: Job, folder: Path) -> None:
    """Download the base model to `folder/base` and the pairs to `folder`, and check their hashes.

    Raises `TrainingError` for a file that is not what was handed over.
    """
    model = Bucket(job.base)
    for name, sha256 in job.base_files.items():
        _download(model, name, _inside(folder / "base", name), sha256)
    for split in _SPLITS:
        file = f"{split}.parquet"
        _download(place, file, folder / file, job.pairs[split])


def keep_checkpoint(place: Bucket, checkpoint: Path) -> None:
    """Store a checkpoint in place of the last one; a kill in between leaves that one whole."""
    before = _read(place, "checkpoint.json")
    files = {
        file.relative_to(checkpoint).as_posix(): file_hash(file)
        for file in sorted(checkpoint.rglob("*"))
        if file.is_file()
    }
    stored = set(before["files"].values()) if before else set()
    for name, sha256 in files.items():
        if sha256 not in stored:
            place.upload(checkpoint / name, f"checkpoint/{sha256}")
    place.put_whole("checkpoint.json", _json({"name": checkpoint.name, "files": files}))
    place.delete(f"checkpoint/{old}" for old in sorted(stored - set(files.values())))


def restore_checkpoint(place: Bucket, folder: Path) -> None:
    """Put the last checkpoint that was kept, if any, into `folder`."""
    kept = _read(place, "checkpoint.json")
    if kept is None:
        return
    target = _inside(folder, kept["name"])
    for name, sha256 in kept["files"].items():
        _download(place, f"checkpoint/{sha256}", _inside(target, name), sha256)


def tell(place: Bucket, progress: Progress) -> None:
    """Store how far the training is."""
    place.put_whole("progress.json", _json(asdict(progress)))


def told(place: Bucket) -> Progress | None:
    """Return how far the nodes said they are, or None before they said anything."""
    said = _read(place, "progress.json")
    return Progress(**said) if said else None


def give(place: Bucket, folder: Path, trained: Trained) -> None:
    """Store the adapter in `folder` as the result."""
    for name in FILES:
        place.upload(folder / name, name)
    result = {
        "files": {name: file_hash(folder / name) for name in FILES},
        "facts": trained.facts,
        "curve": trained.curve.to_dicts(),
    }
    place.put_whole("result.json", _json(result))


def take(place: Bucket, folder: Path) -> Trained | None:
    """Download the result to `folder`, or return None while there is none.

    Raises `TrainingError` for a result whose files are not what the nodes wrote.
    """
    result = _read(place, "result.json")
    if result is None:
        return None
    for name in FILES:
        _download(place, name, folder / name, result["files"][name])
    return Trained(result["facts"], CURVE.frame(result["curve"]))


def report_failure(place: Bucket, rank: int, at: float, reason: str) -> None:
    """Say why a process ended; `at` orders the reasons, since the first one caused the others."""
    place.put_whole(f"failure-{rank}.json", _json({"rank": rank, "at": at, "reason": reason}))


def first_failure(place: Bucket) -> str | None:
    """Return the reason that was there first, and whose it was."""
    said = [_read(place, key) for key in place.keys("failure-")]
    first = min((one for one in said if one), key=lambda one: one["at"], default=None)
    return f"process {first['rank']}: {first['reason']}" if first else None


def clear(place: Bucket) -> None:
    """Remove everything in the folder."""
    place.delete(place.keys(""))


def _download(bucket: Bucket, key: str, path: Path, sha256: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    bucket.download(key, path)
    if file_hash(path) != sha256:
        raise TrainingError(f"{bucket.url}/{key} is not what was handed over: run the asset again")


def _inside(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        raise TrainingError(f"{name!r} is no name of a file in a folder")
    return folder / parts


def _read(place: Bucket, key: str) -> Any:
    found = place.get(key)
    return json.loads(found.content) if found else None


def _json(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True).encode()
