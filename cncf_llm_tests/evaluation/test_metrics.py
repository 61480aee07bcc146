import pytest

from cncf_llm.evaluation.metrics.bleu import sentence_bleu
from cncf_llm.evaluation.metrics.multiple_choice import chooses_right
from cncf_llm.evaluation.metrics.rouge_l import rouge_l
from cncf_llm.evaluation.metrics.token_f1 import token_f1


@pytest.mark.parametrize(
    ("prediction", "reference", "expected"),
    [
        ("The port is 9090.", "port 9090", 80.0),  # precision 2/3, recall 1
        ("9090", "port 9090", 200 / 3),  # precision 1, recall 1/2
        ("a port, the port", "Port!", 200 / 3),  # a word counts as often as it occurs
        ("nothing of it", "port 9090", 0.0),
        ("", "port 9090", 0.0),
        ("a", "a", 100.0),  # an article is a word when there is no other
        ("--", "--", 100.0),
    ],
)
def test_token_f1(prediction, reference, expected):
    assert token_f1(prediction, reference) == pytest.approx(expected)


def test_token_f1_needs_a_reference():
    with pytest.raises(ValueError, match="needs a reference"):
        token_f1("port", "  ")


def test_bleu_of_equal_and_of_different_sentences():
    assert sentence_bleu("It listens on port 9090.", "It listens on port 9090.") == pytest.approx(
        100
    )
    assert sentence_bleu("nothing", "It listens on port 9090.") == 0.0
    assert sentence_bleu("", "It listens on port 9090.") == 0.0


def test_bleu_by_hand():
    # All 5 words, 2 of 4 pairs (ab, bc), 1 of 3 triples (abc), no 4-gram: half of one in two.
    expected = 100 * (1 * 2 / 4 * 1 / 3 * 1 / 4) ** 0.25
    assert sentence_bleu("a b c e d", "a b c d e") == pytest.approx(expected)


def test_bleu_of_a_short_answer_counts_the_orders_it_has():
    assert sentence_bleu("port 9090", "port 9090") == pytest.approx(100)


def test_bleu_needs_a_reference():
    with pytest.raises(ValueError, match="needs a reference"):
        sentence_bleu("port", " ")


def test_rouge_l_by_hand():
    # Longest common subsequence "listens on 9090": 3 of 4 words there, 3 of 5 here.
    value = rouge_l("it listens on 9090", "Prometheus listens on port 9090")
    assert value == pytest.approx(100 * 2 * (3 / 4) * (3 / 5) / (3 / 4 + 3 / 5))
    assert rouge_l("nothing", "port 9090") == 0.0


def test_rouge_l_is_not_defined_without_words():
    assert rouge_l("port", "--") is None


def test_choice_is_by_the_lowest_mean():
    assert chooses_right(1.0, [1.1, 2.0, 3.0])
    assert not chooses_right(2.0, [1.1, 2.5, 3.0])
    assert not chooses_right(1.0, [1.0, 2.0, 3.0])  # a tie is no choice


def test_choice_needs_numbers_and_wrong_answers():
    with pytest.raises(ValueError, match="wrong answer"):
        chooses_right(1.0, [])
    with pytest.raises(ValueError, match="no likelihood"):
        chooses_right(1.0, [float("nan")])
