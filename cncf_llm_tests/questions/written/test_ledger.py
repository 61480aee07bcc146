import pytest

from cncf_llm.questions.written.ledger import Ledger, read_ledger
from cncf_llm.questions.written.messages import Reply

REPLY = Reply('{"pairs": []}\nand "more" ☃', "stop", 12, 3)


def written(path, *keys):
    ledger = Ledger(path)
    for key in keys:
        ledger.append(key, REPLY)
    ledger.close()


def test_what_is_appended_is_read_again(tmp_path):
    written(tmp_path / "replies.jsonl", "a", "b")
    written(tmp_path / "replies.jsonl", "c")
    assert read_ledger(tmp_path / "replies.jsonl") == dict.fromkeys("abc", REPLY)


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_torn_last_line_costs_that_reply_alone(tmp_path, cut):
    path = tmp_path / "replies.jsonl"
    written(path, "a", "b")
    path.write_bytes(path.read_bytes()[:-cut])
    written(path, "c")
    assert set(read_ledger(path)) == {"a", "c"}


def test_a_damaged_line_costs_that_reply_alone(tmp_path):
    path = tmp_path / "replies.jsonl"
    written(path, "a")
    with path.open("ab") as file:
        file.write(b'\x00\x00\n[1]\n{"key": "x"}\n')
    written(path, "b")
    assert set(read_ledger(path)) == {"a", "b"}


def test_a_ledger_that_is_not_there_is_empty(tmp_path):
    assert read_ledger(tmp_path / "none.jsonl") == {}
