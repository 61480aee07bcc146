"""Twins, balance, sets of others, evaluation sets and the Arrow form of the data set."""

import json

import polars as pl
import pytest

from cncf_llm.evaluation.item_tables import ITEMS
from cncf_llm.questions.dataset import (
    SIGNATURES,
    Limits,
    RecordsError,
    build_dataset,
    read_entries,
    read_evaluation_sets,
    read_external,
    write_dataset,
)
from cncf_llm.questions.dataset.balance import SPARED, surplus
from cncf_llm.questions.dataset.decontaminate import contamination, index
from cncf_llm.questions.dataset.twins import twins
from cncf_llm.questions.split import split_of
from cncf_llm_tests.questions.curation_literals import curated, pair

NO_ITEMS = ITEMS.frame()
ANSWER = (
    "Starling deletes cached container images that no workload pulled for longest, as soon as the "
    "disk of a node is fuller than eighty-five percent."
)


def document(split, number=0):
    names = (f"doc-{each}" for each in range(1000))
    return [name for name in names if split_of(name) == split][number]


def built(*rows, **more):
    return build_dataset({"starling": curated(*rows)}, NO_ITEMS, **more)


def left(dataset, project="starling"):
    splits = dataset.projects[project].values()
    return {qa_id for rows in splits for qa_id in rows["qa_id"]}


def evaluation(tmp_path, **row):
    path = tmp_path / "eval.jsonl"
    path.write_text(json.dumps(row) + "\n")
    return read_evaluation_sets([path])


PAIR = pair("qa-1", "When does Starling delete the images that it has cached?", ANSWER)


@pytest.mark.parametrize(
    ("leak", "reason", "measure"),
    [
        ({"question": PAIR["question"]}, "benchmark-question", "ngrams"),
        (
            {"question": "When will Starling be deleting images which it had cached?"},
            "benchmark-question",
            "minhash",
        ),
        ({"question": "Why?", "answer": f"Because: {ANSWER}"}, "benchmark-answer", "ngrams"),
        (
            {
                "question": "Why?",
                "answer": "As soon as the node's disk is fuller than eighty-five percent, Starling "
                "deletes container images it cached, those no workload pulled for longest.",
            },
            "benchmark-answer",
            "minhash",
        ),
    ],
)
def test_a_planted_leak_is_found_by_its_measure_and_removed(tmp_path, leak, reason, measure):
    rows = evaluation(tmp_path, **leak)
    planted = contamination(curated(PAIR), index(rows))
    assert planted[measure] == 1
    assert measure == "ngrams" or planted["ngrams"] == 0  # the words are others
    dataset = built(PAIR, pair("qa-2", "What is Starling?", "A cache."), evaluation=rows)
    assert left(dataset) == {"qa-2"}
    assert dataset.drops["reason"].to_list() == [reason]
    assert (dataset.contamination["found"], dataset.contamination["left"]) == (1, 0)


def test_other_names_and_other_numbers_are_no_leak(tmp_path):
    rows = evaluation(
        tmp_path, question="When does Sparrow delete the images that it has cached?", answer="5"
    )
    assert built(PAIR, evaluation=rows).contamination["found"] == 0


def test_evaluation_sets_come_as_json_lines_parquet_and_csv(tmp_path):
    frame = pl.DataFrame({"question": ["What?", "", 'Why, "so"?'], "answer": ["a", "b", None]})
    frame.write_ndjson(tmp_path / "a.jsonl")
    frame.write_parquet(tmp_path / "b.parquet")
    frame.write_csv(tmp_path / "c.csv")
    rows = read_evaluation_sets([tmp_path / name for name in ("a.jsonl", "b.parquet", "c.csv")])
    assert rows["question"].to_list() == ["What?", 'Why, "so"?'] * 3
    assert rows["item_id"][0] == "a.jsonl:1"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.jsonl", b"{not json\n", "no jsonl file"),
        ("a.jsonl", b'{"prompt": "x"}\n', "no column 'question'; its columns: prompt"),
        ("a.jsonl", b'{"question": 5}\n', "holds Int64, not text"),
        ("a.parquet", b"PAR1", "no parquet file"),
        ("a.csv", b"", "no column 'question'; its columns: none"),
        ("a.txt", b"", "must end with"),
    ],
)
def test_a_file_that_is_no_set_is_named(tmp_path, name, content, problem):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RecordsError, match=problem):
        read_evaluation_sets([tmp_path / name])
    with pytest.raises(RecordsError, match="cannot be read"):
        read_evaluation_sets([tmp_path / "missing.csv"])


def signed(passage_id, document_id, *, numbers=None, equal=None):
    signature = None if numbers is None else b"".join(n.to_bytes(4, "little") for n in numbers)
    return {
        "passage_id": passage_id,
        "document_id": document_id,
        "equal": equal or passage_id,
        "signature": signature,
    }


def test_pairs_of_near_duplicate_passages_stay_in_one_split():
    same, near = list(range(64)), [*range(60), 1, 2, 3, 4]
    far = [*range(9), *range(100, 155)]  # one band in common, and nothing else
    signatures = {
        "one": SIGNATURES.frame(
            [
                signed("psg-train", document("train"), numbers=same, equal="x"),
                signed("psg-val", document("validation"), numbers=far),
            ]
        ),
        "two": SIGNATURES.frame(
            [
                signed("psg-near", document("test"), numbers=near),
                signed("psg-equal", document("validation", 1), equal="x"),
                signed("psg-z-same-split", document("train", 1), numbers=same),
            ]
        ),
    }
    assert twins(signatures) == {"psg-near": "psg-train", "psg-equal": "psg-train"}
    rows = [
        pair("qa-1", passage_ids=["psg-near"], split="test"),
        pair("qa-2", passage_ids=["psg-z-same-split"], split="train"),
    ]
    dataset = built(*rows, signatures=signatures)
    assert left(dataset) == {"qa-2"}
    assert dataset.drops["reason"].to_list() == ["twin-in-other-split"]


def many(kind, facts, phrasings=2):
    return [
        pair(f"qa-{kind}-{n}-{p}", fact_id=f"fct-{kind}-{n}", kind=kind, phrasing=p)
        for n in range(facts)
        for p in range(phrasings)
    ]


def test_no_kind_has_more_than_its_share_and_facts_go_whole():
    rows = curated(*many("setting", 1500), *many("how_to", 400), *many("command", 400))
    dropped = surplus(rows, set(), Limits(kind_share=0.5))
    kept = rows.filter(~pl.col("qa_id").is_in(dropped))
    counts = dict(kept["kind"].value_counts().iter_rows())
    assert counts == {"setting": 1600, "how_to": 800, "command": 800}
    assert kept.group_by("fact_id").len()["len"].unique().to_list() == [2]


def test_what_is_few_stays_whole_and_so_does_what_the_benchmark_recalls():
    few = curated(*many("setting", SPARED // 2))
    assert surplus(few, set(), Limits()) == []
    rows = curated(*many("setting", SPARED))
    asked = {f"fct-setting-{number}" for number in range(SPARED // 2, SPARED // 2 + 100)}
    dropped = surplus(rows, asked, Limits())
    kept = rows.filter(~pl.col("qa_id").is_in(dropped))
    assert kept.height == SPARED
    assert asked <= set(kept["fact_id"])
    assert len(surplus(rows, set(), Limits(1.0, 10))) == rows.height - 10


def test_an_edit_of_one_project_moves_no_other(tmp_path):
    one = curated(*many("setting", 300), pair("qa-1", kind="how_to"))
    other = one.with_columns(project=pl.lit("sparrow"), qa_id=pl.lit("s-") + pl.col("qa_id"))
    for number, rows in enumerate((other, other.head(10))):
        dataset = build_dataset({"starling": one, "sparrow": rows}, NO_ITEMS)
        write_dataset(dataset, tmp_path / str(number))
    for split in ("train", "validation", "test"):
        file = f"starling/{split}.parquet"
        assert (tmp_path / "0" / file).read_bytes() == (tmp_path / "1" / file).read_bytes()


def external(tmp_path, rows, **more):
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    entry = {"name": "nest-qa", "path": "rows.jsonl", "licence": "CC-BY-4.0", **more}
    (tmp_path / "sets.yaml").write_text(json.dumps([entry]))
    return [
        read_external(*each) for each in read_entries(tmp_path / "sets.yaml", ("CC-BY-4.0", "MIT"))
    ]


def test_a_set_of_others_is_curated_split_by_group_and_merged(tmp_path):
    rows = [
        {
            "q": f"What is nest number {n} used for?",
            "a": f"For birds of kind {n}.",
            "page": f"p{n % 7}",
        }
        for n in range(40)
    ]
    rows += [
        {"q": "What does this page say?", "a": "Much.", "page": "p1"},
        {"q": "What is nest number 1 used for?", "a": "For others.", "page": "p1"},
        {"q": None, "a": "Nothing.", "page": "p1"},
        {"q": "When does Starling delete the images that it has cached?", "a": "Now.", "page": "p"},
    ]
    (found,) = external(tmp_path, rows, question="q", answer="a", group="page", attribution="Ann")
    assert dict(found.drops["reason"].value_counts().iter_rows()) == {
        "not-self-contained": 1,
        "duplicate-question": 1,
        "too-short": 1,
    }
    assert found.pairs.group_by("document_ids").agg(pl.col("split").n_unique())["split"].max() == 1
    row = found.pairs.row(0, named=True)
    assert (row["licence"], row["attribution"], row["generator"], row["support_tier"]) == (
        "CC-BY-4.0",
        "Ann",
        "external/nest-qa",
        "none",
    )
    dataset = built(PAIR, external=[found])
    assert set(dataset.projects) == {"starling", "external-nest-qa"}
    assert len(left(dataset, "external-nest-qa")) == 40
    assert dataset.drops.filter(reason="duplicate-question").height == 2


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"licence": "GPL-3.0-only"}, "licence GPL-3.0-only, which is not among"),
        ({"name": "../nest"}, "a name has"),
        ({"colour": "red"}, "colour: Extra inputs"),
        ({"path": 5}, "path: Input should be a valid string"),
        ({"question": "q"}, "no column 'q'"),
    ],
)
def test_a_wrong_list_is_named(tmp_path, change, problem):
    with pytest.raises(RecordsError, match=problem):
        external(tmp_path, [{"question": "Q?", "answer": "A"}], **change)
    (tmp_path / "sets.yaml").write_text("nest-qa")
    with pytest.raises(RecordsError, match="must be a list"):
        read_entries(tmp_path / "sets.yaml", ())


def test_load_from_disk_reads_all_splits(tmp_path):
    import datasets

    dataset = built(PAIR, pair("qa-2", "What is Starling?", "A cache.", split="validation"))
    write_dataset(dataset, tmp_path)
    loaded = datasets.load_from_disk(str(tmp_path / "arrow"))
    assert {name: rows.num_rows for name, rows in loaded.items()} == {
        "train": 1,
        "validation": 1,
        "test": 0,
    }
    assert loaded["train"][0]["messages"] == [
        {"role": "user", "content": PAIR["question"]},
        {"role": "assistant", "content": ANSWER},
    ]
    write_dataset(dataset, tmp_path / "again")
    for file in (tmp_path / "arrow").rglob("*.*"):
        assert file.read_bytes() == (tmp_path / "again" / file.relative_to(tmp_path)).read_bytes()
