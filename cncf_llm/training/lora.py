"""LoRA adapters: the training itself, by TRL and PEFT, in one process or in many."""

import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from cncf_llm.store import digest
from cncf_llm.training.adapter_folder import save_adapter
from cncf_llm.training.chat import load_tokenizer
from cncf_llm.training.checkpoints import last_checkpoint
from cncf_llm.training.examples import chat_examples, sample
from cncf_llm.training.processes import local_rank, rank, share, world
from cncf_llm.training.progress import Curves, Saved, curve_of, progress_callback
from cncf_llm.training.recipe import EMBEDDED_LORA, LoraRecipe
from cncf_llm.training.runtime import (
    Report,
    Trained,
    TrainingError,
    device,
    model_runtime,
    precision,
    silent,
)


def train_adapter(
    base: Path,
    train: pl.DataFrame,
    validation: pl.DataFrame,
    folder: Path,
    *,
    scratch: Path,
    recipe: LoraRecipe = EMBEDDED_LORA,
    base_name: str = "base_model",
    seed: int = 0,
    tracking: Curves | None = None,
    report: Report = silent,
    saved: Saved | None = None,
) -> Trained:
    """Train an adapter for the model in `base` on the pairs `train` and write it to `folder`.

    Both frames have the columns `question` and `answer`; `validation` may be empty. Only answers
    count in the loss. The folder gets PEFT's layout, with `base_name` as the name of the base
    model. Checkpoints go to `scratch`: called again after a kill, training goes on from the last
    one and ends in the same bytes. `saved` is called with the folder of each.

    Under torchrun every process calls it with the same pairs and takes its share of each step;
    `folder` is written by the first.

    Raises `TrainingError` when there are no pairs, when the processes cannot share a step evenly,
    or for 4-bit training without a CUDA GPU.
    """
    if train.is_empty():
        raise TrainingError("there are no question-answer pairs to train on: look at qa_pairs")
    if recipe.four_bit and device() != "cuda":
        raise TrainingError("4-bit training needs a CUDA GPU: choose a recipe without four_bit")
    with model_runtime(seed):
        return _train(
            base,
            train,
            validation,
            folder,
            scratch,
            recipe,
            base_name,
            seed,
            progress_callback(report, tracking, saved),
            report,
        )


def checkpoint_folder(
    scratch: Path, train: pl.DataFrame, validation: pl.DataFrame, recipe: LoraRecipe, seed: int
) -> Path:
    """Return where the checkpoints of exactly this training lie: those of another never resume."""
    key = digest(
        {
            "train": train.select("question", "answer").rows(),
            "validation": validation.select("question", "answer").rows(),
            "recipe": asdict(recipe),
            "seed": seed,
        }
    )
    return scratch / f"adapter-{key[:16]}"


def _train(
    base: Path,
    train: pl.DataFrame,
    validation: pl.DataFrame,
    folder: Path,
    scratch: Path,
    recipe: LoraRecipe,
    base_name: str,
    seed: int,
    callback: Any,
    report: Report,
) -> Trained:
    import torch
    from transformers import PrinterCallback
    from trl.trainer.sft_trainer import SFTTrainer

    begun = time.monotonic()
    report(0, recipe.max_steps, "loading the base model")
    tokenizer = load_tokenizer(base)
    model = _load(base, recipe)
    limit = min(recipe.max_length, model.config.max_position_embeddings)
    examples, cut = chat_examples(tokenizer, train.sort("question", "answer"), limit)
    held_out, _ = chat_examples(tokenizer, sample(validation, recipe.validation_pairs), limit)
    per_step = recipe.batch * recipe.accumulation
    wanted = math.ceil(recipe.epochs * train.height / per_step)
    steps = min(recipe.max_steps, max(recipe.min_steps, wanted))
    checkpoints = checkpoint_folder(scratch, train, validation, recipe, seed)
    trainer = SFTTrainer(
        model=model,
        args=_arguments(recipe, steps, seed, checkpoints, evaluate=held_out is not None),
        train_dataset=examples,
        eval_dataset=held_out,
        processing_class=tokenizer,
        peft_config=_lora_config(recipe),
        callbacks=[callback],
    )
    trainer.remove_callback(PrinterCallback)  # it prints every log line to stdout
    resumed = last_checkpoint(checkpoints)
    adapted: Any = trainer.model
    trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
    if rank() == 0:
        save_adapter(adapted, folder, base_name)
    curve = curve_of(trainer.state.log_history)
    facts = {
        "pairs": train.height,
        "validation_pairs": 0 if held_out is None else len(held_out),
        "pairs_cut": cut,
        "steps": steps,
        "resumed_at_step": int(resumed.name.rpartition("-")[2]) if resumed else 0,
        "epochs": round(steps * per_step / train.height, 2),
        "trained_parameters": sum(p.numel() for p in adapted.parameters() if p.requires_grad),
        "train_loss": _last(curve, "train_loss"),
        "validation_loss": _last(curve, "validation_loss"),
        "precision": precision(recipe.precision),
        "device": device(),
        "processes": world(),
        "threads": torch.get_num_threads(),
        "seconds": round(time.monotonic() - begun, 1),
    }
    return Trained(facts, curve)


def _load(base: Path, recipe: LoraRecipe) -> Any:
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    on_gpu = device() == "cuda"
    options: dict[str, Any] = {}
    if recipe.four_bit:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    half = on_gpu and precision(recipe.precision) == "bf16"
    return AutoModelForCausalLM.from_pretrained(
        str(base),
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.bfloat16 if half else torch.float32,
        device_map={"": local_rank()} if on_gpu else None,
        **options,
    )


def _lora_config(recipe: LoraRecipe) -> Any:
    from peft import LoraConfig

    modules = list(recipe.target_modules)
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=modules[0] if modules == ["all-linear"] else modules,
    )


def _arguments(
    recipe: LoraRecipe, steps: int, seed: int, checkpoints: Path, *, evaluate: bool
) -> Any:
    from trl.trainer.sft_config import SFTConfig

    batch, accumulation = share(recipe.batch, recipe.accumulation, world())
    return SFTConfig(
        output_dir=str(checkpoints),
        max_steps=steps,
        per_device_train_batch_size=batch,
        per_device_eval_batch_size=batch,
        gradient_accumulation_steps=accumulation,
        learning_rate=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        warmup_steps=recipe.warmup_steps,
        lr_scheduler_type="linear",
        bf16=precision(recipe.precision) == "bf16",
        activation_checkpointing=recipe.activation_checkpointing,
        completion_only_loss=True,
        max_length=None,  # our own examples are cut already, and by a rule that keeps the answer
        logging_steps=recipe.measure_every,
        eval_strategy="steps" if evaluate else "no",
        eval_steps=recipe.measure_every,
        save_steps=recipe.checkpoint_every,
        save_total_limit=1,
        seed=seed,
        data_seed=seed,
        use_cpu=device() == "cpu",
        ddp_find_unused_parameters=False,
        dataloader_pin_memory=device() == "cuda",
        disable_tqdm=True,
        report_to=[],
    )


def _last(curve: pl.DataFrame, column: str) -> float | None:
    values = curve[column].drop_nulls()
    return values[-1] if len(values) else None
