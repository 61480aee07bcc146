"""Where the base model comes from: trained here, a local folder, or a model hub."""

import json
import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cncf_llm.store import digest
from cncf_llm.training.licence import UNKNOWN, read_licence

EMBEDDED_LICENCE = "LicenseRef-trained-on-the-corpus"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+(?:@[\w./-]+)?")
# Everything a model needs, and nothing that could hold code.
_WANTED = (
    "config.json",
    "generation_config.json",
    "model.safetensors.index.json",
    "*.safetensors",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "README.md",
    "LICENSE*",
)
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json")
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.h5")
_INDEX = "model.safetensors.index.json"


class BaseModelError(Exception):
    """A base model is missing, unsafe to load, or not allowed by its licence."""


@dataclass(frozen=True)
class BaseModel:
    """A base model whose files lie in the folder that `resolve_base_model` was given.

    `kind` is `embedded`, `local` or `hub`; `name` is what the setting said, without a local path's
    parents; `revision` is the hub's commit or the digest of the local files (null for `embedded`,
    which the caller trains). `licence` is as stated by the model card.
    """

    kind: str
    name: str
    revision: str | None
    licence: str


def resolve_base_model(
    name: str,
    folder: Path,
    *,
    offline: bool,
    allowed_licences: Collection[str],
    endpoint: str | None = None,
) -> BaseModel:
    """Check the base model that `name` says and copy its files into `folder`.

    `name` is `embedded`, the path of a local folder, or a hub id such as `org/model` or
    `org/model@revision`. Weights are taken from safetensors only, code is never taken. `endpoint`
    is the hub's URL when it is not the public one.

    Raises `BaseModelError` when the model cannot be found or read, holds pickle weights only, asks
    for code of its own (`auto_map`), has a licence that is not in `allowed_licences`, or would have
    to be downloaded while offline.
    """
    if name == "embedded":
        return BaseModel("embedded", "embedded", None, EMBEDDED_LICENCE)
    source = Path(name).expanduser()
    if source.is_dir():
        _check(source, name)
        licence = _allowed(source, name, allowed_licences)
        files = _copy(source, folder)
        return BaseModel("local", source.resolve().name, digest(files), licence)
    if not _HUB_ID.fullmatch(name) or name.startswith((".", "/", "~")):
        raise BaseModelError(
            f"the base model {name!r} is neither a folder nor a hub id (org/model)"
        )
    if offline:
        raise BaseModelError(
            f"base_model tried to reach the model hub for {name!r} while offline: set the base "
            "model to a local folder or to `embedded`"
        )
    return _from_hub(name, folder, allowed_licences, endpoint)


def _from_hub(
    name: str, folder: Path, allowed_licences: Collection[str], endpoint: str | None
) -> BaseModel:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    repository, _, revision = name.partition("@")
    try:
        commit = HfApi(endpoint=endpoint).model_info(repository, revision=revision or None).sha

        def download(patterns: list[str]) -> None:
            snapshot_download(
                repository,
                revision=commit,
                allow_patterns=patterns,
                local_dir=folder,
                endpoint=endpoint,
            )

        # The small files first: of a model that is refused no weights are downloaded.
        download([pattern for pattern in _WANTED if pattern != "*.safetensors"])
        _refuse_code(folder, name)
        licence = _allowed(folder, name, allowed_licences)
        download(["*.safetensors"])
    except (HfHubHTTPError, OSError) as error:
        raise BaseModelError(
            f"the model hub did not give {name!r}: {str(error).splitlines()[0]}; check the name "
            "and the connection, or set the base model to a local folder"
        ) from error
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # the hub client's notes on the download
    _check(folder, name)
    return BaseModel("hub", repository, commit, licence)


def _check(folder: Path, name: str) -> None:
    """Refuse a folder that cannot be loaded, or not without running a stranger's code."""
    if not (folder / "config.json").is_file():
        raise BaseModelError(f"the base model {name!r} has no config.json: it is no model folder")
    _refuse_code(folder, name)
    if not any((folder / file).is_file() for file in _TOKENIZERS):
        raise BaseModelError(f"the base model {name!r} has no tokenizer ({', '.join(_TOKENIZERS)})")
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        pickles = sorted(file.name for pattern in _PICKLES for file in folder.glob(pattern))
        if pickles:
            raise BaseModelError(
                f"the base model {name!r} has its weights as pickle files ({', '.join(pickles)}), "
                "which can run code when loaded: convert them to safetensors"
            )
        raise BaseModelError(f"the base model {name!r} has no weights (*.safetensors)")
    _check_weights(folder, weights, name)


def _check_weights(folder: Path, weights: list[Path], name: str) -> None:
    from safetensors import SafetensorError, safe_open

    index = folder / _INDEX
    if index.is_file():
        named = set(_json(index, name).get("weight_map", {}).values())
        missing = sorted(named - {file.name for file in weights})
        if missing:
            raise BaseModelError(f"the base model {name!r} lacks {', '.join(missing)} of its index")
    for file in weights:
        try:
            with safe_open(file, framework="numpy") as tensors:
                tensors.keys()
        except SafetensorError as error:
            raise BaseModelError(f"{file} is damaged ({error}): fetch it again") from error


def _refuse_code(folder: Path, name: str) -> None:
    for file in (folder / "config.json", folder / "tokenizer_config.json"):
        if file.is_file() and "auto_map" in _json(file, name):
            raise BaseModelError(
                f"the base model {name!r} asks to run its own code (auto_map in {file.name}), "
                "which is never done: choose an architecture that transformers has"
            )


def _allowed(folder: Path, name: str, allowed_licences: Collection[str]) -> str:
    licence = read_licence(folder)
    if licence.lower() not in {allowed.lower() for allowed in allowed_licences}:
        stated = "states no licence" if licence == UNKNOWN else f"has the licence {licence!r}"
        raise BaseModelError(
            f"the base model {name!r} {stated}, which is not among the allowed ones "
            f"({', '.join(sorted(allowed_licences))}): choose another, or allow it in the settings"
        )
    return licence


def _copy(source: Path, folder: Path) -> dict[str, str]:
    """Copy the wanted files and return the digest of each."""
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted({f.name for pattern in _WANTED for f in source.glob(pattern) if f.is_file()})
    for file in names:
        shutil.copyfile(source / file, folder / file)
    return {file: _file_hash(folder / file) for file in names}


def _file_hash(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _json(file: Path, name: str) -> dict[str, Any]:
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BaseModelError(
            f"{file.name} of the base model {name!r} is not JSON: {error}"
        ) from error
    if not isinstance(facts, dict):
        raise BaseModelError(f"{file.name} of the base model {name!r} is not a JSON object")
    return facts
