"""From question-answer pairs to LoRA adapters.

In: passages' texts (for the embedded base model), pairs with `question` and `answer`, a base model.
Out: a folder with a base model, a folder with an adapter in PEFT layout, and the loss curve of
each as a `CURVE` table. Where to look: `lora.py` says which layers LoRA adapts and how long it
trains, `embedded.py` how the tiny base model is trained, `chat.py` how a question is put to one.
"""

from cncf_llm.training.base_model import BaseModel, BaseModelError, resolve_base_model
from cncf_llm.training.embedded import train_embedded_model
from cncf_llm.training.lora import DEFAULT_LORA, EMBEDDED_LORA, LoraRecipe, train_adapter
from cncf_llm.training.picture import loss_picture
from cncf_llm.training.runtime import Trained, TrainingError
from cncf_llm.training.tables import CURVE
from cncf_llm.training.tiny_llama import EMBEDDED, EmbeddedRecipe
from cncf_llm.training.tracking import TrackedRun, tracked_run

# Raise it when the output of this stage changes for the same input.
VERSION = "1"

__all__ = [
    "CURVE",
    "DEFAULT_LORA",
    "EMBEDDED",
    "EMBEDDED_LORA",
    "VERSION",
    "BaseModel",
    "BaseModelError",
    "EmbeddedRecipe",
    "LoraRecipe",
    "TrackedRun",
    "Trained",
    "TrainingError",
    "loss_picture",
    "resolve_base_model",
    "tracked_run",
    "train_adapter",
    "train_embedded_model",
]
