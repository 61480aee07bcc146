"""How unexpected an answer is to a model: negative log-likelihood of its tokens."""

import math
from collections.abc import Sequence
from typing import Any

from cncf_llm.evaluation.batches import Row, batches, left_padded
from cncf_llm.training.chat import Encoded


def answer_nlls(
    model: Any, pad: int, encoded: Sequence[Encoded], *, batch_size: int, limit: int
) -> list[float]:
    """Return the mean nats per token of each answer, given its chat-formatted question.

    The marker that ends an answer does not count: a base model cannot know it. Raises `ValueError`
    for an answer without tokens.
    """
    import torch

    rows = []
    for index, example in enumerate(encoded):
        if not example.answer:
            raise ValueError(f"answer {index} has no tokens")
        rows.append(Row(index, example.prompt + example.answer, len(example.answer)))
    nlls = [math.nan] * len(rows)
    for batch, width in batches(rows, batch_size, limit):
        ids, mask, positions = left_padded(batch, width, batch_size, pad, model.device)
        keep = max(row.answer for row in batch) + 1
        with torch.inference_mode():
            # Padded on the left, all answers stand at the end: only there logits are needed.
            logits = model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=positions,
                logits_to_keep=keep,
                use_cache=False,
            ).logits.float()
        log_probabilities = torch.log_softmax(logits[:, -keep:-1], dim=-1)
        taken = log_probabilities.gather(-1, ids[:, 1 - keep :].unsqueeze(-1)).squeeze(-1)
        for place, row in enumerate(batch):
            nlls[row.index] = -float(taken[place, -row.answer :].double().mean())
    return nlls


def perplexity(nll: float) -> float:
    """Return the perplexity that a mean of nats per token stands for."""
    return math.exp(nll)
