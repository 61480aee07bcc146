import pytest

from cncf_llm.training.chat import (
    PLAIN_TEMPLATE,
    encode,
    encode_answer,
    encode_prompt,
    end_of_answer,
    load_tokenizer,
)


@pytest.fixture(scope="module")
def tokenizer(tiny_model):
    return load_tokenizer(tiny_model)


def test_prompt_is_the_question_in_the_chat_format(tokenizer):
    ids = encode_prompt(tokenizer, "Which port?")
    assert tokenizer.decode(ids) == "<|user|>Which port?<|end|><|assistant|>"


def test_answer_ends_with_the_end_token(tokenizer):
    assert tokenizer.convert_ids_to_tokens(end_of_answer(tokenizer)) == ["<|end|>"]


def test_text_that_spells_a_special_token_stays_text(tokenizer):
    ids = encode_answer(tokenizer, "Write <|end|> here")
    assert tokenizer.eos_token_id not in ids
    assert tokenizer.decode(ids) == "Write <|end|> here"


def test_long_answer_is_cut_at_its_end(tokenizer):
    end = end_of_answer(tokenizer)
    whole = encode(tokenizer, "Which port?", "On port 1.", end, 64)
    assert (whole.cut, whole.end) == (False, end)
    cut = encode(tokenizer, "Which port?", "On port 1. " * 50, end, 64)
    assert cut.cut
    assert cut.end == []
    assert cut.prompt == whole.prompt
    assert len(cut.prompt) + len(cut.answer) == 64


def test_long_question_is_cut_at_its_beginning(tokenizer):
    cut = encode(tokenizer, "Which port? " * 50, "On port 1. " * 50, [], 64)
    assert (len(cut.prompt), len(cut.answer)) == (32, 32)
    assert tokenizer.decode(cut.prompt).endswith("<|end|><|assistant|>")


def test_fit_without_the_end_marker_keeps_the_whole_question(tokenizer):
    whole = encode(tokenizer, "Which port?", "On port 1.", [], 64)
    limit = len(whole.prompt) + len(whole.answer)
    cut = encode(tokenizer, "Which port?", "On port 1.", [1], limit)
    assert (cut.prompt, cut.answer, cut.end) == (whole.prompt, whole.answer, [])


def test_model_without_chat_template_gets_a_plain_one(tokenizer):
    import copy

    plain = copy.deepcopy(tokenizer)
    plain.chat_template = PLAIN_TEMPLATE
    ids = encode_prompt(plain, "Which port?") + encode_answer(plain, "On port 1.")
    assert plain.decode(ids) == "Question: Which port?\nAnswer: On port 1."
    assert plain.convert_ids_to_tokens(end_of_answer(plain)) == ["<|end|>"]
