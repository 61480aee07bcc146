"""The models as others get them: adapters in PEFT layout, the embedded base, scores, a card."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from cncf_llm.release.manifest import write_manifest

_CARD = """---
library_name: peft
license: {licence}
---
# cncf_llm adapters

LoRA adapters for `{base}`, trained on question-answer pairs from the documentation of CNCF
projects. `landscape` covers all of them. Base model licence: {licence}.

{note}
Each adapter is loaded with

```python
from peft import PeftModel
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("{load}")
model = PeftModel.from_pretrained(model, "adapters/{first}")
```

## Scores

{scores}

`recall` asks about facts that the training documents state, in phrasings that no training pair
has. `unseen` asks about documents that training never touched. `control` is an adapter on another
project's `recall`: it should gain nothing there.
"""
_TINY = """The base model is a tiny one that was trained from the same documents. It shows that the
platform works; it writes no useful answers.
"""


def release_models(
    adapters: Mapping[str, Path],
    base: Path | None,
    base_name: str,
    licence: str,
    scores: str,
    folder: Path,
) -> None:
    """Fill `folder` with `adapters/<name>/`, a card, and `manifest.json`.

    `base` is the folder of an embedded base model, which then goes along as `base/`; a base model
    that others can get elsewhere is only named. `scores` is the leaderboard as Markdown. Raises
    `ValueError` when there is no adapter.
    """
    if not adapters:
        raise ValueError("there is no adapter to release: materialize one first")
    for name, source in sorted(adapters.items()):
        shutil.copytree(source, folder / "adapters" / name)
    if base:
        shutil.copytree(base, folder / "base")
    card = _CARD.format(
        licence=licence,
        base=base_name,
        note=_TINY if base else "",
        load="base" if base else base_name,
        first=min(adapters),
        scores=scores,
    )
    (folder / "README.md").write_text(card, encoding="utf-8")
    write_manifest(folder, {"kind": "models", "base_model": base_name, "licence": licence})
