"""Score a model on benchmark items: one row an item, carried over while nothing changed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from cncf_llm.evaluation.answers import write_answers
from cncf_llm.evaluation.metrics.answer_nll import answer_nlls
from cncf_llm.evaluation.metrics.bleu import sentence_bleu
from cncf_llm.evaluation.metrics.multiple_choice import chooses_right
from cncf_llm.evaluation.metrics.rouge_l import rouge_l
from cncf_llm.evaluation.metrics.token_f1 import token_f1
from cncf_llm.evaluation.tables import ITEM_SCORES
from cncf_llm.store import carry_over, content_hash, digest, stable_id
from cncf_llm.training.chat import encode, encode_prompt, load_tokenizer
from cncf_llm.training.runtime import Report, device, model_runtime, silent

# Raise it when the same model and item would get another score.
SCORING_VERSION = "1"
MAX_NEW_TOKENS = 64
_DIGITS = 4  # the digits after these differ between machines
_WRONG_ANSWERS = 3


class ScoringError(Exception):
    """Items cannot be scored as they are."""


def score_items(
    items: pl.DataFrame,
    base: Path,
    adapter: Path | None,
    *,
    model_name: str,
    model_digest: str,
    control_for: str | None = None,
    seed: int = 0,
    batch_size: int = 16,
    previous: pl.DataFrame | None = None,
    report: Report = silent,
) -> pl.DataFrame:
    """Return the ITEM_SCORES of one model, in the order of `items` (an ITEMS frame).

    The model is the one in the folder `base`, with the adapter in the folder `adapter` if there is
    one; `model_digest` names both contents. With `control_for` the items are other projects', and
    the rows say `control` and the project whose adapter is tried on them. `previous` holds earlier
    ITEM_SCORES (of any models and sets): rows whose item, model and scoring are unchanged are taken
    from it. When all are, no model is loaded. No items give no rows.

    Raises `ScoringError` for an item without question or answer.
    """
    blank = items.filter(
        (pl.col("question").str.strip_chars() == "") | (pl.col("answer").str.strip_chars() == "")
    )
    if blank.height:
        raise ScoringError(f"item {blank['item_id'][0]} has no question or no answer")
    recipe = _recipe(model_name, model_digest, control_for, batch_size)
    inputs = _hashed(items)

    def compute(changed: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
        if changed.is_empty():
            return {"item_scores": ITEM_SCORES.frame()}
        rows = _score(changed, base, adapter, batch_size, seed, report)
        for row, item in zip(rows, changed.iter_rows(named=True), strict=True):
            project = control_for or item["project"]
            more = (item["item_id"], model_name, "control", project)
            row |= {
                "score_id": stable_id("scr", *(more if control_for else more[:2])),
                "item_id": item["item_id"],
                "project": project,
                "set": "control" if control_for else item["set"],
                "model": model_name,
                "model_digest": model_digest,
                "input_hash": content_hash(recipe + item["content_hash"]),
            }
        return {"item_scores": ITEM_SCORES.frame(rows)}

    before = None
    if previous is not None:
        rows = _known(inputs, previous, recipe)
        before = {
            "item_scores": rows,
            "inputs": rows.select(pl.col("item_id").alias("input_id"), "input_hash"),
        }
    carried = carry_over(inputs, before, compute, key="item_id", recipe=recipe)
    return carried.tables["item_scores"]


def known_scores(
    items: pl.DataFrame,
    previous: pl.DataFrame,
    *,
    model_name: str,
    model_digest: str,
    batch_size: int = 16,
) -> pl.DataFrame:
    """Return the ITEM_SCORES in `previous` that a model would get again on these `items`.

    Those of items that are as they were, scored by today's rules on a machine of today's kind. No
    model is loaded: it may be gone.
    """
    recipe = _recipe(model_name, model_digest, None, batch_size)
    return _known(_hashed(items), previous, recipe)


def _recipe(model: str, model_digest: str, control_for: str | None, batch_size: int) -> str:
    """Return the digest of everything that a score depends on but the item."""
    return digest(
        {
            "version": SCORING_VERSION,
            "model": model,
            "digest": model_digest,
            "control_for": control_for,
            "max_new_tokens": MAX_NEW_TOKENS,
            "batch_size": batch_size,
            "device": device(),
        }
    )


def _hashed(items: pl.DataFrame) -> pl.DataFrame:
    columns = items.select("project", "set", "question", "answer", "distractors")
    hashes = [digest(row) for row in columns.iter_rows(named=True)]
    return items.with_columns(pl.Series("content_hash", hashes, dtype=pl.String))


def _known(inputs: pl.DataFrame, previous: pl.DataFrame, recipe: str) -> pl.DataFrame:
    # The recipe is part of the hash, so rows of other models and sets never match.
    wanted = [content_hash(recipe + hashed) for hashed in inputs["content_hash"]]
    return previous.filter(pl.col("input_hash").is_in(wanted)).unique("item_id", keep="first")


def _score(
    items: pl.DataFrame,
    base: Path,
    adapter: Path | None,
    batch_size: int,
    seed: int,
    report: Report,
) -> list[dict[str, Any]]:
    questions, answers = items["question"].to_list(), items["answer"].to_list()
    wrong = items["distractors"].to_list()
    with model_runtime(seed):
        report(0, len(questions), "loading the model")
        tokenizer = load_tokenizer(base)
        model = load_model(base, adapter)
        limit = model.config.max_position_embeddings
        options = [
            encode(tokenizer, question, option, [], limit)
            for question, right, others in zip(questions, answers, wrong, strict=True)
            for option in [right, *others]
        ]
        report(0, len(questions), "measuring the likelihood of answers")
        nlls = answer_nlls(
            model, tokenizer.pad_token_id, options, batch_size=batch_size, limit=limit
        )
        answered = 0

        def done(count: int) -> None:
            nonlocal answered
            answered += count
            report(answered, len(questions), "answering questions")

        written = write_answers(
            model,
            tokenizer,
            [encode_prompt(tokenizer, question) for question in questions],
            batch_size=batch_size,
            max_new_tokens=min(MAX_NEW_TOKENS, limit // 4),
            limit=limit,
            done=done,
        )
    rows, at = [], 0
    for answer, others, text in zip(answers, wrong, written, strict=True):
        right, rest = nlls[at], nlls[at + 1 : at + 1 + len(others)]
        rouge = rouge_l(text, answer)
        rows.append(
            {
                "answer_nll": round(right, _DIGITS),
                "answer_tokens": len(options[at].answer),
                "answer_cut": options[at].cut,
                # Fewer wrong answers would be easier to choose among.
                "choice_correct": chooses_right(right, rest)
                if len(others) == _WRONG_ANSWERS
                else None,
                "generated": text,
                "token_f1": round(token_f1(text, answer), _DIGITS),
                "bleu": round(sentence_bleu(text, answer), _DIGITS),
                "rouge_l": None if rouge is None else round(rouge, _DIGITS),
            }
        )
        at += 1 + len(others)
    return rows


def load_model(base: Path, adapter: Path | None) -> Any:
    """Load a base model for scoring, with an adapter if given: fp32 on CPU, bf16 on a GPU."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    on_gpu = device() == "cuda"
    model = AutoModelForCausalLM.from_pretrained(
        str(base),
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.bfloat16 if on_gpu else torch.float32,
        device_map={"": 0} if on_gpu else None,
    )
    if adapter is not None:
        model = PeftModel.from_pretrained(model, str(adapter), local_files_only=True)
    return model.eval()
