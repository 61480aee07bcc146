"""Every setting is documented, and nothing else is."""

import re
from pathlib import Path

from cncf_llm.settings import Settings

DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"


def documented(text: str) -> set[str]:
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_setting_has_a_row_and_every_row_a_setting():
    prefix = Settings.model_config.get("env_prefix", "")
    names = {f"{prefix}{name}".upper() for name in Settings.model_fields}
    names -= {"CNCF_LLM_MLFLOW_TRACKING_URI"}
    assert documented(DOCUMENT.read_text()) == names | {"GITHUB_TOKEN", "MLFLOW_TRACKING_URI"}


def test_a_row_of_two_settings_counts_as_both():
    assert documented("| `A_B`, `C` | unset | not `D` |\n| E |") == {"A_B", "C"}
