import csv

import pytest

from cncf_llm.questions import curation, review
from cncf_llm.questions.review import SheetError, draw, read_sheet, review_key, write_sheet
from cncf_llm_tests.questions.curation_literals import TEXT, curated, facts, pair, pairs

ANSWER = "It sets the size of its cache."


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(path, *changes, delimiter=",", encoding="utf-8-sig"):
    """Write verdicts into a sheet, row by row, as a spreadsheet program would."""
    rows = rows_of(path)
    for row, change in zip(rows, changes, strict=False):
        row.update(change)
    with path.open("w", encoding=encoding, newline="") as file:
        sheet = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        sheet.writeheader()
        sheet.writerows(rows)
    return path


@pytest.fixture
def sheet(tmp_path):
    rows = (
        pair("qa-1", fact_id="fct-a"),
        pair("qa-2", "Can you explain `--limit` in Starling?", fact_id="fct-a", phrasing=1),
        pair("qa-3", "How large is the cache of Starling?", "20 GiB by default."),
    )
    path = tmp_path / "sheet.csv"
    write_sheet(curated(*rows), {"psg-1": TEXT}, path)
    return path


def test_a_sample_has_one_pair_a_fact_and_kinds_in_turn():
    rows = [
        pair(f"qa-{kind}-{number}", fact_id=f"fct-{kind}-{number // 2}", kind=kind)
        for kind in ("command", "setting")
        for number in range(8)
    ]
    sample = draw(pairs(*rows), 6, seed=0)
    assert sample["fact_id"].n_unique() == 6
    assert sorted(sample["kind"]) == ["command"] * 3 + ["setting"] * 3
    assert draw(pairs(*reversed(rows)), 6, seed=0)["qa_id"].to_list() == sample["qa_id"].to_list()
    assert draw(pairs(*rows), 6, seed=1)["qa_id"].to_list() != sample["qa_id"].to_list()
    assert draw(pairs(*rows), 100, seed=0).height == 8


def test_a_sheet_shows_question_answer_passages_and_link(sheet):
    row = rows_of(sheet)[0]
    assert (row["answer"], row["passages"]) == (ANSWER, TEXT)
    assert row["link"] == "https://example.org/limit"
    assert row["verdict"] == row["corrected_answer"] == ""


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''-1", "plain"])
def test_no_cell_is_a_formula_and_the_text_comes_back(tmp_path, cell):
    path = tmp_path / "sheet.csv"
    write_sheet(curated(pair("qa-1", answer=cell)), {}, path)
    written = rows_of(path)[0]["answer"]
    assert written[0] not in "=+-@\t\r"
    verdicts = read_sheet(fill(path, {"verdict": "accept"}))
    assert verdicts["answer"].to_list() == [cell.strip()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_verdicts_come_back_whatever_the_program_separates_cells_with(sheet, delimiter):
    change = {"verdict": " Correct ", "corrected_answer": "The limit, in GiB.", "note": "unit"}
    verdicts = read_sheet(fill(sheet, {"verdict": "reject"}, {}, change, delimiter=delimiter))
    assert verdicts.select("verdict", "corrected_answer", "note").sort("verdict").rows() == [
        ("correct", "The limit, in GiB.", "unit"),
        ("reject", "", ""),
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"verdict": "maybe"}, "row 2: verdict 'maybe' is none of"),
        ({"verdict": "correct"}, "row 2: verdict `correct` needs"),
        ({"verdict": "accept", "corrected_answer": "x"}, "row 2: has a correction"),
        ({"verdict": "accept", "answer": "It sets it."}, "row 2: question or answer was changed"),
        ({"verdict": "accept", "review_key": "x"}, "row 2: review_key or project"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_imported(sheet, change, problem):
    with pytest.raises(SheetError, match=problem):
        read_sheet(fill(sheet, change, {"verdict": "accept"}))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "lacks the columns"),
        (b"verdict,question\naccept,Q?\n", "lacks the columns"),
        (b"PK\x03\x04rest", "save the sheet as CSV"),
        ("verdict,größe\n".encode("latin-1"), "not UTF-8"),
        ("verdict,question\n".encode("utf-16"), "not UTF-8"),
        (b"verdict\0,question", "no text file"),
    ],
)
def test_what_is_no_sheet_is_refused(tmp_path, content, problem):
    path = tmp_path / "sheet.csv"
    path.write_bytes(content)
    with pytest.raises(SheetError, match=problem):
        read_sheet(path)


def test_a_row_cut_off_and_an_open_quote_are_refused(sheet):
    text = sheet.read_text("utf-8-sig")
    header = text.splitlines()[0]
    sheet.write_text(f"{header}\naccept,only two\n")
    with pytest.raises(SheetError, match="too few cells"):
        read_sheet(sheet)
    sheet.write_text(f'{header}\naccept,"never closed\n')
    with pytest.raises(SheetError, match="no CSV"):
        read_sheet(sheet)
    with pytest.raises(SheetError, match="cannot be read"):
        read_sheet(sheet.with_name("missing.csv"))


def verdict(word, row, **corrected):
    empty = {"corrected_question": "", "corrected_answer": "", "note": ""}
    key = review_key(row["fact_id"], row["question"], row["answer"])
    judged = {name: row[name] for name in ("fact_id", "project", "question", "answer")}
    return {"review_key": key, "verdict": word, **judged, **empty, **corrected}


FIRST = pair("qa-1", fact_id="fct-a")
SECOND = pair("qa-2", "Can you explain `--limit` in Starling?", fact_id="fct-a", phrasing=1)
OTHER = pair("qa-3", "How large is the cache of Starling?", "20 GiB by default.")


def apply(*verdicts, rows=(FIRST, SECOND, OTHER)):
    return curation.curate_pairs(
        pairs(*rows), facts(*rows), {"psg-1": TEXT}, "Starling", review.VERDICTS.frame(verdicts)
    )


def test_a_rejected_answer_goes_with_all_its_phrasings_and_its_fact():
    done = apply(verdict("reject", FIRST))
    assert done.pairs["qa_id"].to_list() == ["qa-3"]
    assert set(done.drops.select("item", "reason").iter_rows()) == {
        ("qa-1", "rejected-in-review"),
        ("qa-2", "rejected-in-review"),
    }
    assert done.facts["fact_id"].to_list() == ["fct-qa-3"]


def test_a_phrasing_with_a_verdict_of_its_own_keeps_it():
    done = apply(verdict("reject", FIRST), verdict("accept", SECOND))
    assert done.pairs["qa_id"].to_list() == ["qa-2", "qa-3"]


def test_a_corrected_answer_replaces_that_of_fact_and_phrasings():
    done = apply(verdict("correct", FIRST, corrected_answer="The limit of the cache, in GiB."))
    changed = done.pairs.filter(fact_id="fct-a")
    assert set(changed["answer"]) == {"The limit of the cache, in GiB."}
    assert set(changed["generator"]) == {"template/setting+review"}
    assert set(changed["support_tier"]) == {"review"}
    fact = done.facts.filter(fact_id="fct-a").row(0, named=True)
    assert fact["answer"] == "The limit of the cache, in GiB."
    assert fact["content_hash"] != "0"


def test_a_corrected_question_is_of_its_pair_alone():
    done = apply(verdict("correct", FIRST, corrected_question="What is `--limit` of Starling for?"))
    assert done.pairs["question"].to_list()[:2] == [
        "What is `--limit` of Starling for?",
        SECOND["question"],
    ]
    assert done.pairs["generator"].to_list()[:2] == ["template/setting+review", "template/setting"]


def test_an_accepted_pair_passes_the_filters():
    refused = pair("qa-1", answer="It sets how much of the disk Starling may fill.")
    assert apply(rows=[refused]).pairs.is_empty()
    done = apply(verdict("accept", refused), rows=[refused])
    assert done.pairs["qa_id"].to_list() == ["qa-1"]
    assert done.drops.is_empty()


def test_a_verdict_waits_while_its_pair_is_changed_and_returns_with_it():
    old = verdict("reject", FIRST)
    changed = pair("qa-1", answer="Sets the size of the cache, 20 GiB by default.", fact_id="fct-a")
    done = apply(old, rows=[changed])
    assert done.pairs.height == 1
    assert done.waiting == 1
    assert apply(old).waiting == 0
