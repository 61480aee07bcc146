"""How a question is put to a model, in training and in evaluation alike."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

# For base models that were trained without a chat format.
PLAIN_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}{{ 'Answer: ' + message['content'] + eos_token }}"
    "{% else %}{{ 'Question: ' + message['content'] + '\n' }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Answer:' }}{% endif %}"
)


@dataclass(frozen=True)
class Encoded:
    """Token ids of a prompt, its answer, and the marker that ends the answer.

    `cut` is true when question or answer did not fit the model's context.
    """

    prompt: list[int]
    answer: list[int]
    end: list[int]
    cut: bool


def load_tokenizer(folder: Path) -> Any:
    """Load a model folder's tokenizer; it gets a plain chat template when it has none."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        str(folder), local_files_only=True, trust_remote_code=False
    )
    if tokenizer.chat_template is None:
        tokenizer.chat_template = PLAIN_TEMPLATE
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def encode_prompt(tokenizer: Any, question: str) -> list[int]:
    """Return the ids of a question, up to where the model's answer begins."""
    return tokenizer.apply_chat_template(
        [{"role": "user", "content": question}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=False,
    )


def encode_answer(tokenizer: Any, answer: str) -> list[int]:
    """Return the ids of an answer as it follows the prompt."""
    space = " " if tokenizer.chat_template == PLAIN_TEMPLATE else ""
    # Text that happens to spell a special token stays text.
    encoded = tokenizer(space + answer, add_special_tokens=False, split_special_tokens=True)
    return encoded["input_ids"]


def end_of_answer(tokenizer: Any) -> list[int]:
    """Return the ids that the template puts after an answer: there the model learns to stop."""
    marker = "\ufdd0"  # a noncharacter: no template contains it
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "x"}, {"role": "assistant", "content": marker}],
        tokenize=False,
    )
    after = text.rpartition(marker)[2] or tokenizer.eos_token
    return tokenizer(after, add_special_tokens=False)["input_ids"]


def encode(tokenizer: Any, question: str, answer: str, end: list[int], limit: int) -> Encoded:
    """Return prompt and answer in at most `limit` tokens.

    What is too long is cut: the answer at its end, but not below half of the limit, and then the
    question at its beginning.
    """
    prompt = encode_prompt(tokenizer, question)
    ids = encode_answer(tokenizer, answer)
    if len(prompt) + len(ids) + len(end) <= limit:
        return Encoded(prompt, ids, end, cut=False)
    ids = ids[: max(limit // 2, limit - len(prompt))]
    return Encoded(prompt[max(0, len(prompt) + len(ids) - limit) :], ids, [], cut=True)
