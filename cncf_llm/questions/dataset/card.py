"""The data set card: README.md with the front matter that Hugging Face reads."""

from collections.abc import Mapping

import polars as pl
import yaml

_TEXT = """
# Questions and answers on cloud native projects

Questions and answers on {count} project(s) of the CNCF landscape, made from their public
documentation: by templates, by a language model where `generator` says so, and from sets of others
(`external-…`). Every row names the file, the commit and the licence it comes from; its passages,
and how well they support the answer (`support`), unless it is from others.

| project | train | validation | test |
|---|---|---|---|
{rows}

- **Splits** are by document: no document is in two of them, and no passage of one split is nearly
  repeated in another.
- **Licence**: each row carries the licence of its sources in `licence`. Here: {licences}.
- **Formats**: `question` and `answer`; `prompt` and `completion`; `messages` for chat.

```python
from datasets import load_dataset

everything = load_dataset("path/to/this/folder")
one_project = load_dataset("path/to/this/folder", "{example}")
```
"""


def dataset_card(projects: Mapping[str, Mapping[str, pl.DataFrame]]) -> str:
    """Return the card of a data set: `projects` maps project to split to rows.

    A configuration lists the splits that have rows, because `datasets` refuses an empty one.
    """
    everything = [
        {"split": split, "path": [f"{project}/{split}.parquet" for project in with_rows]}
        for split in ("train", "validation", "test")
        if (with_rows := [name for name, rows in projects.items() if rows[split].height])
    ]
    configs: list[dict[str, object]] = [
        {"config_name": "default", "default": True, "data_files": everything}
    ]
    for project, splits in projects.items():
        files = [
            {"split": split, "path": f"{project}/{split}.parquet"}
            for split, rows in splits.items()
            if rows.height
        ]
        if files:
            configs.append({"config_name": project, "data_files": files})
    front = {
        "pretty_name": "CNCF documentation questions and answers",
        "language": ["en"],
        "license": "other",
        "license_name": "per-row",
        "task_categories": ["question-answering", "text-generation"],
        "tags": ["cncf", "cloud-native", "kubernetes"],
        "configs": configs,
    }
    licences = {
        str(licence)
        for splits in projects.values()
        for rows in splits.values()
        for licence in rows["licence"].unique()
    }
    lines = [
        f"| {project} | " + " | ".join(str(rows.height) for rows in splits.values()) + " |"
        for project, splits in projects.items()
    ]
    text = _TEXT.format(
        count=len(projects),
        rows="\n".join(lines),
        licences=", ".join(sorted(licences)) or "none",
        example=next(iter(projects), "prometheus"),
    )
    return f"---\n{yaml.safe_dump(front, sort_keys=False)}---\n{text}"
