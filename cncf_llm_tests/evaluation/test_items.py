import polars as pl
import pytest

from cncf_llm.evaluation.item_tables import ITEMS
from cncf_llm.evaluation.items import build_items, distractors
from cncf_llm.questions import FACTS, PAIRS
from cncf_llm.questions.words import normalised

WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu".split()


def fact(number: int, split: str = "train", kind: str = "setting", **changes: object) -> dict:
    one, two = WORDS[number % 12], WORDS[(number // 12 + number) % 12]
    row = {
        "fact_id": f"fct-{kind}-{number}",
        "project": "p",
        "kind": kind,
        "subject": f"{kind}.{number}",
        "answer": f"{one}{number} {two}{number} value{number}",
        "held_out": [f"What effect has {kind}.{number} on P?"],
        "passage_ids": [f"psg-{number}"],
        "document_ids": [f"doc-{number}"],
        "split": split,
        "licence": "Apache-2.0",
        "attribution": None,
        "url": None,
        "repository": "p/p",
        "path": "a.md",
        "revision": "0",
        "content_hash": "0",
    }
    return row | changes


def pair(row: dict) -> dict:
    shared = {name: row[name] for name in PAIRS.schema if name in row}
    return shared | {
        "qa_id": f"qa-{row['fact_id']}",
        "phrasing": 0,
        "question": f"What does {row['subject']} do in P?",
        "generator": "template/setting",
    }


def build(rows: list[dict], most: int = 200) -> tuple[pl.DataFrame, pl.DataFrame]:
    return build_items(FACTS.frame(rows), PAIRS.frame(pair(row) for row in rows), most=most)


def test_train_facts_are_recalled_and_test_facts_are_unseen():
    rows = [fact(i) for i in range(6)] + [fact(i, "test") for i in range(6, 10)]
    items, drops = build([*rows, fact(10, "validation")])
    assert items.schema == ITEMS.schema
    assert drops.is_empty()
    by_set = {name: set(group["fact_id"]) for (name,), group in items.group_by("set")}
    assert by_set["recall"] == {f"fct-setting-{i}" for i in range(6)}
    assert by_set["unseen"] == {f"fct-setting-{i}" for i in range(6, 10)}


def test_an_authors_own_words_are_asked_of_what_trains_nothing():
    rows = [fact(i, "test" if i > 5 else "train", "faq") for i in range(8)]
    rows = [row | {"held_out": [f"What does {row['subject']} do in P?"]} for row in rows]
    items, drops = build(rows)
    assert set(items["fact_id"]) == {"fct-faq-6", "fct-faq-7"}
    assert drops["reason"].to_list() == ["asked-in-training"] * 6


def test_no_question_is_one_of_training():
    rows = [fact(i) for i in range(6)]
    items, _ = build(rows)
    asked = {normalised(pair(row)["question"]) for row in rows}
    assert not asked & {normalised(question) for question in items["question"]}
    rows[0]["held_out"] = [pair(rows[0])["question"].upper()]
    items, drops = build(rows)
    assert drops["reason"].to_list() == ["asked-in-training"]
    assert rows[0]["fact_id"] not in items["fact_id"]


def test_distractors_are_three_other_answers_of_the_kind():
    rows = [fact(i) for i in range(8)] + [fact(i, kind="command") for i in range(20, 28)]
    items, _ = build(rows)
    answers = {row["fact_id"]: (row["kind"], row["answer"]) for row in rows}
    for item in items.to_dicts():
        assert len(set(item["distractors"])) == 3
        assert item["answer"] not in item["distractors"]
        assert all((item["kind"], each) in answers.values() for each in item["distractors"])


def test_an_answer_that_might_be_right_too_is_no_distractor():
    right = fact(0, answer="the port of the server")
    rows = [
        fact(1, answer="The port of the server."),
        fact(2, answer="it is the port of the server in use"),
        fact(3, answer="the port"),
        fact(4),
        fact(5, subject="setting.0"),
    ]
    assert distractors(right, [right, *rows]) == [rows[3]["answer"]]


def test_distractors_of_similar_length_come_first():
    right = fact(0)
    long = [fact(i, answer=" ".join(f"w{i}x{k}" for k in range(40))) for i in range(1, 8)]
    short = [fact(i) for i in range(8, 11)]
    assert set(distractors(right, long + short)) == {row["answer"] for row in short}


def test_too_few_facts_of_a_kind_drop_the_item():
    items, drops = build([fact(i) for i in range(3)])
    assert items.is_empty()
    assert drops["reason"].to_list() == ["too-few-distractors"] * 3


@pytest.mark.parametrize(
    "known",
    [
        {"answer": "ALPHA six beta value, six gamma delta."},
        {"answer": "alpha six beta value six gamma delta too"},
        {"subject": "setting.6"},
    ],
)
def test_what_training_states_is_not_unseen(known):
    unseen = fact(6, "test", answer="alpha six beta value six gamma delta")
    items, drops = build([*(fact(i) for i in range(5)), fact(5, **known), unseen])
    assert drops["reason"].to_list() == ["seen-in-training"]
    assert "unseen" not in items["set"]


def test_a_set_takes_its_kinds_in_turn():
    rows = [fact(i) for i in range(30)] + [fact(i, kind="command") for i in range(30, 35)]
    items, _ = build(rows, most=10)
    assert items.filter(set="recall").height == 10
    assert items["kind"].value_counts().sort("kind")["count"].to_list() == [5, 5]


def test_items_stay_when_documents_come_and_go():
    rows = [fact(i) for i in range(40)]
    before, _ = build(rows)
    after, _ = build(rows + [fact(i) for i in range(40, 44)])
    assert set(before["item_id"]) <= set(after["item_id"])
    # A wrong answer is replaced only where a new fact has a lower hash: here 4 of 44 do.
    same = before.join(after, on=["item_id", "distractors"], how="semi").height
    assert same >= 0.6 * before.height

    limited, _ = build(rows, most=20)
    fewer, _ = build(rows[:36], most=20)
    kept = limited.filter(~pl.col("fact_id").is_in([row["fact_id"] for row in rows[36:]]))
    assert set(kept["item_id"]) <= set(fewer["item_id"])
