"""The folder of an adapter: PEFT's layout, with nothing in it that differs between equal runs."""

import json
from pathlib import Path
from typing import Any

FILES = ("adapter_config.json", "adapter_model.safetensors")


def save_adapter(model: Any, folder: Path, base_name: str) -> None:
    """Write a PEFT model's adapter to `folder`: configuration and weights, no other file.

    `base_name` replaces the path of the base model, which says nothing on another machine.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # "auto" for the embeddings would ask the hub about the base model.
    model.save_pretrained(str(folder), save_embedding_layers=False)
    file = folder / "adapter_config.json"
    config = json.loads(file.read_text())
    config["base_model_name_or_path"] = base_name
    config["revision"] = None
    if isinstance(config.get("target_modules"), list):
        config["target_modules"].sort()  # PEFT writes a set, in an order that changes
    file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    for other in folder.iterdir():
        if other.name not in FILES:
            other.unlink()  # PEFT's empty model card; the release stage writes a real one
