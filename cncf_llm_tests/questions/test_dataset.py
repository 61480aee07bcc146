import polars as pl
import pytest

from cncf_llm.evaluation.item_tables import ITEMS
from cncf_llm.questions import generate
from cncf_llm.questions.curation import CURATED
from cncf_llm.questions.dataset import ROWS, build_dataset, write_dataset
from cncf_llm.questions.dataset.decontaminate import index, leaks
from cncf_llm_tests.questions.literals import EDGES, NODES, PROJECT, frame, passage, path_in

LONG = (
    "Where the server writes its database, which holds one folder for every two hours of samples."
)
TEXT = f"The flags are:\n\n- `--web.port`: TCP port of the web server.\n- `--db.path`: {LONG}"


@pytest.fixture(scope="module")
def pairs() -> pl.DataFrame:
    rows = [
        passage(TEXT, "Flags", path=path_in("train")),
        passage("A counter is a metric that only grows.", "Counter", path=path_in("validation")),
        passage("A gauge is a metric that may fall.", "Gauge", path=path_in("test")),
    ]
    made = generate(PROJECT, frame(*rows), NODES, EDGES).pairs
    return made.with_columns(support=pl.lit(1.0), support_tier=pl.lit("lexical")).select(
        CURATED.schema.names()
    )


def item(name: str, subject: str, question: str, answer: str) -> dict:
    empty = dict.fromkeys(ITEMS.schema.names(), "")
    lists = {"distractors": ["a", "b", "c"], "passage_ids": [], "document_ids": []}
    return (
        empty
        | lists
        | {
            "item_id": f"itm-{subject}",
            "set": name,
            "subject": subject,
            "question": question,
            "answer": answer,
        }
    )


def left(dataset) -> set[str]:
    return set(dataset.projects["prometheus"]["train"]["question"])


def test_without_items_nothing_is_dropped(pairs):
    dataset = build_dataset({"prometheus": pairs}, ITEMS.frame())
    assert dataset.drops.is_empty()
    assert sum(rows.height for rows in dataset.projects["prometheus"].values()) == pairs.height
    assert dataset.contamination["found"] == 0
    row = dataset.projects["prometheus"]["test"].row(0, named=True)
    assert row["messages"] == [
        {"role": "user", "content": row["question"]},
        {"role": "assistant", "content": row["answer"]},
    ]
    assert (row["prompt"], row["completion"]) == (row["question"], row["answer"])


@pytest.mark.parametrize(
    ("planted", "reason", "dropped"),
    [
        (
            item("recall", "x", "what does the --web.port flag do, in Prometheus", "Else."),
            "benchmark-question",
            1,
        ),
        (
            item("unseen", "--web.port", "Port?", "TCP port of the web server"),
            "benchmark-answer",
            3,
        ),
        (item("unseen", "storage", "Where?", "The folder: " + LONG), "benchmark-answer", 3),
    ],
)
def test_a_planted_leak_is_found_and_removed(pairs, planted, reason, dropped):
    items = ITEMS.frame([planted])
    assert leaks(pairs.filter(pl.col("split") == "train"), index(items))
    dataset = build_dataset({"prometheus": pairs}, items)
    assert set(dataset.drops["reason"]) == {reason}
    assert dataset.drops.height == dropped
    assert dataset.contamination["found"] == dropped
    assert dataset.contamination["left"] == 0
    whole = build_dataset({"prometheus": pairs}, ITEMS.frame())
    assert len(left(whole)) - len(left(dataset)) == dropped


def test_what_recall_items_answer_stays_in_training(pairs):
    items = ITEMS.frame(
        [item("recall", "--web.port", "Which port?", "TCP port of the web server.")]
    )
    assert build_dataset({"prometheus": pairs}, items).drops.is_empty()


def test_datasets_loads_one_project_and_all_without_network(pairs, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    other = pairs.filter(pl.col("split") == "train").with_columns(project=pl.lit("helm"))
    dataset = build_dataset({"prometheus": pairs, "helm": other}, ITEMS.frame())
    write_dataset(dataset, tmp_path / "set")
    folder, cache = str(tmp_path / "set"), str(tmp_path / "cache")
    one = datasets.load_dataset(folder, "prometheus", cache_dir=cache)
    assert {name: split.num_rows for name, split in one.items()} == {
        split: rows.height for split, rows in dataset.projects["prometheus"].items()
    }
    assert one["train"].column_names == ROWS.schema.names()
    everything = datasets.load_dataset(folder, cache_dir=cache)
    assert everything["train"].num_rows == one["train"].num_rows + other.height
    # A project without test rows has no test split, rather than an unreadable one.
    assert set(datasets.load_dataset(folder, "helm", cache_dir=cache)) == {"train"}


def test_a_projects_folder_depends_on_its_own_rows_alone(pairs, tmp_path):
    alone = build_dataset({"prometheus": pairs}, ITEMS.frame())
    other = pairs.with_columns(project=pl.lit("helm"))
    both = build_dataset({"helm": other, "prometheus": pairs}, ITEMS.frame())
    write_dataset(alone, tmp_path / "a")
    write_dataset(both, tmp_path / "b")
    for split in ("train", "validation", "test"):
        file = f"prometheus/{split}.parquet"
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
