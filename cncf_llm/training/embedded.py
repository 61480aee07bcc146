"""The embedded base model: a tiny Llama that two cores train from the corpus in a minute.

It writes no good answers. It is there so that the whole path from documents to a benchmarked
adapter runs on any machine and without network.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cncf_llm.store import content_hash, digest
from cncf_llm.training.checkpoints import resume, save_checkpoint
from cncf_llm.training.progress import Saved
from cncf_llm.training.runtime import (
    Report,
    Trained,
    TrainingError,
    device,
    model_runtime,
    precision,
    silent,
)
from cncf_llm.training.tables import CURVE
from cncf_llm.training.tiny_llama import (
    EMBEDDED,
    EmbeddedRecipe,
    batch_loss,
    held_out_loss,
    new_model,
    new_optimizers,
    rate,
)
from cncf_llm.training.tokenizer import train_tokenizer
from cncf_llm.training.tracking import TrackedRun

_HELD_OUT_WINDOWS = 32  # enough for two digits of the loss, cheap enough to measure often


def train_embedded_model(
    texts: Sequence[str],
    folder: Path,
    *,
    scratch: Path,
    recipe: EmbeddedRecipe = EMBEDDED,
    seed: int = 0,
    tracking: TrackedRun | None = None,
    report: Report = silent,
    saved: Saved | None = None,
) -> Trained:
    """Train tokenizer and model on `texts` and write them to `folder` (safetensors, tokenizer).

    A share of the texts is held out to measure the loss. Checkpoints go to `scratch`: called again
    after a kill, training goes on from the last one and ends in the same bytes. `saved` is called
    with each.

    Raises `TrainingError` when the texts are too few to fill one batch.
    """
    with model_runtime(seed):
        return _train(texts, folder, scratch, recipe, seed, tracking, report, saved)


def _train(
    texts: Sequence[str],
    folder: Path,
    scratch: Path,
    recipe: EmbeddedRecipe,
    seed: int,
    tracking: TrackedRun | None,
    report: Report,
    saved: Saved | None,
) -> Trained:
    import torch

    begun = time.monotonic()
    kept, held_out = _split(texts, recipe.held_out)
    report(0, recipe.steps, f"training a tokenizer on {len(kept)} texts")
    tokenizer = train_tokenizer(kept, recipe.vocabulary, recipe.context)
    stream = _stream(tokenizer, kept)
    held_out_stream = _stream(tokenizer, held_out)
    if len(stream) <= recipe.context * recipe.batch:
        raise TrainingError(
            f"the embedded model needs more than {recipe.context * recipe.batch:,} tokens of text "
            f"to learn from, and the corpus has {len(stream):,}: materialize more projects, or set "
            "a base model"
        )
    where = device()
    kind = precision(recipe.precision)
    steps = min(
        recipe.steps, max(1, round(recipe.epochs * len(stream) / (recipe.context * recipe.batch)))
    )
    torch.manual_seed(seed)
    model = new_model(recipe, tokenizer).to(where)
    optimizers = new_optimizers(model, recipe)
    checkpoint = scratch / "embedded.pt"
    key = digest({"recipe": asdict(recipe), "seed": seed, "texts": content_hash("\0".join(texts))})
    done, curve = resume(checkpoint, key, model, optimizers)
    windows = _windows(held_out_stream, recipe.context)
    losses: list[Any] = []
    for step in range(done + 1, steps + 1):
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * rate(step, steps, recipe.warmup)
        # The batch is a function of seed and step, so that a resumed run draws the same ones.
        generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
        starts = torch.randint(len(stream) - recipe.context, (recipe.batch,), generator=generator)
        batch = torch.stack([stream[s : s + recipe.context] for s in starts.tolist()]).to(where)
        loss = batch_loss(model, batch, kind)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        losses.append(loss.detach())
        report(step, steps, "training the embedded model")
        if step % recipe.measure_every == 0 or step == steps:
            row = {
                "step": step,
                "train_loss": round(float(torch.stack(losses).mean()), 6),
                "validation_loss": held_out_loss(model, windows, kind),
            }
            losses.clear()
            curve.append(row)
            if tracking:
                tracking.metrics(step, row)
        if step % recipe.checkpoint_every == 0 and not losses:
            save_checkpoint(checkpoint, key, step, model, optimizers, curve)
            if saved:
                saved(checkpoint)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    validation = curve[-1]["validation_loss"]
    facts = {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "vocabulary": len(tokenizer),
        "texts": len(kept),
        "held_out_texts": len(held_out),
        "tokens": len(stream),
        "steps": steps,
        "resumed_at_step": done,
        "epochs": round(steps * recipe.batch * recipe.context / len(stream), 2),
        "train_loss": curve[-1]["train_loss"],
        "held_out_loss": validation,
        "held_out_perplexity": None if validation is None else round(2.718281828**validation, 2),
        "precision": kind,
        "device": where,
        "threads": torch.get_num_threads(),
        "seconds": round(time.monotonic() - begun, 1),
    }
    return Trained(facts, CURVE.frame(curve))


def _split(texts: Sequence[str], share: float) -> tuple[list[str], list[str]]:
    """Hold out the texts whose hash is low, so that a text stays on its side for ever."""
    limit = int(share * 2**32)
    low = [int(content_hash(text)[:8], 16) < limit for text in texts]
    kept = [text for text, held in zip(texts, low, strict=True) if not held and text.strip()]
    return kept, [text for text, held in zip(texts, low, strict=True) if held and text.strip()]


def _stream(tokenizer: Any, texts: Sequence[str]) -> Any:
    """Return all texts as one row of token ids, each text ended by the end token."""
    import torch

    ids: list[int] = []
    # The model's limit is for what it reads at once; the stream is cut into windows later.
    for encoding in tokenizer.backend_tokenizer.encode_batch(list(texts), add_special_tokens=False):
        ids += encoding.ids
        ids.append(tokenizer.eos_token_id)
    return torch.tensor(ids, dtype=torch.long)


def _windows(stream: Any, context: int) -> list[Any]:
    count = min(len(stream) // context, _HELD_OUT_WINDOWS)
    return [stream[i * context : (i + 1) * context] for i in range(count)]
