"""The embedded model itself: a small Llama, its recipe, its optimizers, its loss."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class EmbeddedRecipe:
    """Shape and schedule. Lengths are in tokens, `steps` in optimizer steps.

    Matrices are trained by Muon (https://kellerjordan.github.io/posts/muon/), which reaches half
    the perplexity of AdamW in the same time here; embeddings and norms by AdamW. `epochs` ends the
    training of a small corpus before it is only learned by heart.
    """

    vocabulary: int = 2048  # a small corpus cannot fill a larger one, and half of the time is in it
    hidden: int = 128
    layers: int = 2
    heads: int = 4
    intermediate: int = 344
    context: int = 256
    batch: int = 8
    steps: int = 600
    epochs: float = 12.0
    matrix_rate: float = 1e-2
    other_rate: float = 4e-3
    weight_decay: float = 0.1
    warmup: int = 20
    held_out: float = 0.05
    measure_every: int = 50
    checkpoint_every: int = 50
    precision: str = "auto"


EMBEDDED = EmbeddedRecipe()


def new_model(recipe: EmbeddedRecipe, tokenizer: Any) -> Any:
    """Return a Llama with random weights, its token embeddings used for its output too."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=recipe.hidden,
            intermediate_size=recipe.intermediate,
            num_hidden_layers=recipe.layers,
            num_attention_heads=recipe.heads,
            num_key_value_heads=recipe.heads,
            max_position_embeddings=recipe.context,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def new_optimizers(model: Any, recipe: EmbeddedRecipe) -> list[Any]:
    """Return Muon over the layers' matrices and AdamW over everything else."""
    import torch

    matrices, others = [], []
    for name, parameter in model.named_parameters():
        hidden = parameter.ndim == 2 and "embed_tokens" not in name and "lm_head" not in name
        (matrices if hidden else others).append(parameter)
    optimizers = [
        torch.optim.Muon(matrices, lr=recipe.matrix_rate, weight_decay=recipe.weight_decay),
        torch.optim.AdamW(others, lr=recipe.other_rate, betas=(0.9, 0.95), weight_decay=0.0),
    ]
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["initial_lr"] = group["lr"]
    return optimizers


def rate(step: int, steps: int, warmup: int) -> float:
    """Return the share of the full rate: linear up, then linear down to a tenth."""
    if step <= warmup:
        return step / warmup
    return 1.0 - 0.9 * (step - warmup) / max(1, steps - warmup)


def batch_loss(model: Any, batch: Any, kind: str) -> Any:
    """Return the mean loss over a batch of windows, in nats per token."""
    import torch

    with torch.autocast(batch.device.type, dtype=torch.bfloat16, enabled=kind == "bf16"):
        return model(input_ids=batch, labels=batch, use_cache=False).loss


def held_out_loss(model: Any, windows: list[Any], kind: str) -> float | None:
    """Return mean nats per token over the held-out windows, or None when there are none."""
    import torch

    if not windows:
        return None
    model.eval()
    with torch.no_grad():
        parts = torch.stack(windows).to(model.device).split(8)
        losses = [float(batch_loss(model, part, kind)) * len(part) for part in parts]
    model.train()
    return round(sum(losses) / len(windows), 6)
