"""The data set as `datasets.save_to_disk` writes it, for `datasets.load_from_disk`."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from cncf_llm.questions.dataset.rows import ROWS, SPLITS
from cncf_llm.store import content_hash

_FILE = "data-00000-of-00001.arrow"


def write_arrow(projects: Mapping[str, Mapping[str, pl.DataFrame]], folder: Path) -> None:
    """Write all projects' rows, one folder a split, and `dataset_dict.json`.

    Written with polars and not with `datasets`: that takes seconds and hundreds of megabytes to
    import, and puts the time into its fingerprints. The layout is that of `Dataset.load_from_disk`
    in datasets 2 to 5: an Arrow stream, `state.json` and `dataset_info.json`. A split without rows
    is there, and empty. Raises `OSError`.
    """
    for split in SPLITS:
        rows = pl.concat([ROWS.frame(), *(splits[split] for splits in projects.values())])
        target = folder / split
        target.mkdir(parents=True, exist_ok=True)
        rows.write_ipc_stream(target / _FILE, compat_level=pl.CompatLevel.oldest())
        state = {
            "_data_files": [{"filename": _FILE}],
            "_fingerprint": content_hash((target / _FILE).read_bytes())[:16],
            "_format_columns": None,
            "_format_kwargs": {},
            "_format_type": None,
            "_output_all_columns": False,
            "_split": split,
        }
        _write(target / "state.json", state)
        _write(target / "dataset_info.json", {"citation": "", "description": "", "license": ""})
    _write(folder / "dataset_dict.json", {"splits": list(SPLITS)})


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")
