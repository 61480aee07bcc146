import pytest

from cncf_llm.evaluation.batches import Row, batches, left_padded


def rows(*lengths):
    return [Row(index, list(range(1, length + 1))) for index, length in enumerate(lengths)]


def test_rows_of_one_width_are_put_together():
    found = [
        ([row.index for row in batch], width)
        for batch, width in batches(rows(40, 3, 33, 5, 9), 2, 100)
    ]
    assert found == [([1, 3], 32), ([4], 32), ([0, 2], 64)]


def test_width_is_at_most_the_context():
    assert [width for _, width in batches(rows(40), 2, 48)] == [48]
    with pytest.raises(ValueError, match="the limit is 48"):
        list(batches(rows(49), 2, 48))


def test_padding_stands_on_the_left_and_missing_rows_repeat_the_first():
    ids, mask, positions = left_padded(rows(3, 1), 4, 3, 0, "cpu")
    assert ids.tolist() == [[0, 1, 2, 3], [0, 0, 0, 1], [0, 1, 2, 3]]
    assert mask.tolist() == [[0, 1, 1, 1], [0, 0, 0, 1], [0, 1, 1, 1]]
    assert positions.tolist() == [[0, 0, 1, 2], [0, 0, 0, 0], [0, 0, 1, 2]]
