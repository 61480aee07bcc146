"""Answers that a model writes: greedy, so that they are the same every time."""

from collections.abc import Callable, Sequence
from typing import Any

from cncf_llm.evaluation.batches import Row, batches, left_padded


def write_answers(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[list[int]],
    *,
    batch_size: int,
    max_new_tokens: int,
    limit: int,
    done: Callable[[int], None],
) -> list[str]:
    """Return the model's greedy continuation of each prompt, without special tokens.

    `limit` is the model's context: of a prompt that leaves no room for the answer the end is kept.
    `done` is told how many prompts were answered by each batch.
    """
    import torch
    from transformers import GenerationConfig

    room = limit - max_new_tokens
    if room < 1:
        raise ValueError(f"{max_new_tokens} new tokens do not fit a context of {limit}")
    stop = model.generation_config.eos_token_id
    config = GenerationConfig(
        max_new_tokens=max_new_tokens,
        do_sample=False,
        num_beams=1,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id if stop is None else stop,
    )
    model.generation_config = config  # else the model's own sampling settings are merged into ours
    rows = [Row(index, prompt[-room:]) for index, prompt in enumerate(prompts)]
    texts = [""] * len(rows)
    for batch, width in batches(rows, batch_size, room):
        ids, mask, _ = left_padded(batch, width, batch_size, tokenizer.pad_token_id, model.device)
        with torch.inference_mode():
            output = model.generate(input_ids=ids, attention_mask=mask, generation_config=config)
        answers = tokenizer.batch_decode(output[: len(batch), width:], skip_special_tokens=True)
        for row, answer in zip(batch, answers, strict=True):
            texts[row.index] = answer.strip()
        done(len(batch))
    return texts
