"""From question-answer pairs to LoRA adapters.

In: passages' texts (for the embedded base model), pairs with `question` and `answer`, a base model.
Out: a folder with a base model, a folder with an adapter in PEFT layout, and the loss curve of
each as a `CURVE` table. Where to look: `recipe.py` says which layers LoRA adapts and how long it
trains, `embedded.py` how the tiny base model is trained, `chat.py` how a question is put to one,
`movement.py` when an adapter is trained anew, `several_nodes.py` how many machines train one.
"""

from cncf_llm.training.base_model import BaseModel, BaseModelError, resolve_base_model
from cncf_llm.training.cluster import Cluster, connect
from cncf_llm.training.embedded import train_embedded_model
from cncf_llm.training.exchange import Job, job_pairs, pairs_table
from cncf_llm.training.lora import train_adapter
from cncf_llm.training.movement import (
    TRAINED_ON,
    Movement,
    Thresholds,
    how_little,
    movement,
    trained_on,
    why,
)
from cncf_llm.training.picture import loss_picture
from cncf_llm.training.recipe import DEFAULT_LORA, EMBEDDED_LORA, LoraRecipe
from cncf_llm.training.runtime import Trained, TrainingError
from cncf_llm.training.several_nodes import forget, train_on_nodes
from cncf_llm.training.tables import CURVE
from cncf_llm.training.tiny_llama import EMBEDDED, EmbeddedRecipe
from cncf_llm.training.tracking import TrackedRun, tracked_run
from cncf_llm.training.trainjob import Nodes

# Raise it when the output of this stage changes for the same input.
VERSION = "2"

__all__ = [
    "CURVE",
    "DEFAULT_LORA",
    "EMBEDDED",
    "EMBEDDED_LORA",
    "TRAINED_ON",
    "VERSION",
    "BaseModel",
    "BaseModelError",
    "Cluster",
    "EmbeddedRecipe",
    "Job",
    "LoraRecipe",
    "Movement",
    "Nodes",
    "Thresholds",
    "TrackedRun",
    "Trained",
    "TrainingError",
    "connect",
    "forget",
    "how_little",
    "job_pairs",
    "loss_picture",
    "movement",
    "pairs_table",
    "resolve_base_model",
    "tracked_run",
    "train_adapter",
    "train_embedded_model",
    "train_on_nodes",
    "trained_on",
    "why",
]
