"""The recipe of a LoRA adapter: which layers are adapted, how long, and on how many machines."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LoraRecipe:
    """What LoRA adapts and for how long (Hu et al. 2021, https://arxiv.org/abs/2106.09685).

    `target_modules` names the layers that get an adapter: `("all-linear",)` is every linear layer
    of attention and feed-forward blocks; `("q_proj", "v_proj")` would be the paper's choice.
    The number of optimizer steps is `epochs` over the pairs, within `min_steps` and `max_steps`.
    Pairs longer than `max_length` tokens are cut, and counted.

    A step learns from `batch * accumulation` pairs, however many processes share them: `nodes`
    machines with `processes` each, one for each GPU.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    target_modules: tuple[str, ...] = ("all-linear",)
    learning_rate: float = 2e-4
    weight_decay: float = 0.0
    warmup_steps: int = 10
    batch: int = 8
    accumulation: int = 1
    epochs: float = 3.0
    min_steps: int = 50
    max_steps: int = 2000
    max_length: int = 1024
    validation_pairs: int = 128
    measure_every: int = 50
    checkpoint_every: int = 50
    precision: str = "auto"
    activation_checkpointing: bool = True  # less memory, a fifth slower
    nodes: int = 1
    processes: int = 1
    four_bit: bool = False  # QLoRA (https://arxiv.org/abs/2305.14314); needs a CUDA GPU


# For real base models, on a GPU.
DEFAULT_LORA = LoraRecipe()
# For the embedded model: it is so small that the adapter must be large and fast. Small batches
# learn more in the same time, since on a CPU the cost of a step grows with its tokens.
EMBEDDED_LORA = LoraRecipe(
    rank=64,
    alpha=64,
    batch=4,
    learning_rate=4e-3,
    epochs=4.0,
    min_steps=200,
    max_steps=700,
    max_length=256,
    validation_pairs=64,
    precision="fp32",
    activation_checkpointing=False,
)
