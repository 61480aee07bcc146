import json

import pytest

from cncf_llm.ingest import DOCUMENTS, MirrorError, OfflineError, read_stackoverflow
from cncf_llm.store import count_reasons
from cncf_llm_tests.ingest.stackexchange.local_api import post, question


def saved(mirror, tag, items):
    folder = mirror / "stackexchange"
    folder.mkdir(exist_ok=True)
    (folder / f"{tag}.jsonl").write_text("".join(f"{json.dumps(item)}\n" for item in items))


def test_a_question_with_its_answers_becomes_a_row(mirror):
    answers = [
        post(2, answer_id=2, score=9),
        post(3, answer_id=3, score=1, is_accepted=True),
        post(4, answer_id=4, score=9, creation_date=1_300_000_000),
    ]
    saved(mirror, "tool", [question(7, answers, creation_date=1_500_000_000)])
    documents, drops, facts = read_stackoverflow("tool", ["tool"], mirror=mirror)
    assert documents.schema == DOCUMENTS.schema
    (row,) = documents.to_dicts()
    html = row["content"].decode()
    order = [html.index(text) for text in ("body 7", "body 3", "body 2", "body 4")]
    assert order == sorted(order)
    assert "<h1>Why &lt;x&gt;?</h1>" in html
    assert html.count("<h2>Accepted answer</h2>") == 1
    assert row["licence"] == "CC-BY-SA-2.5 AND CC-BY-SA-3.0 AND CC-BY-SA-4.0"
    assert row["url"] == "https://stackoverflow.com/questions/7/why"
    assert row["revision"] == "2023-11-14"
    assert row["path"] == "7"
    assert row["attribution"] == (
        '"Why <x>?", https://stackoverflow.com/questions/7/why, asked by U&7 '
        "(https://so.example/7), answered by U&3 (https://so.example/3), U&2 "
        "(https://so.example/2), U&4 (https://so.example/4)"
    )
    assert drops.is_empty()
    assert (facts.pop("seen")["tool"]).endswith(tuple("0123456789"))
    assert facts == {
        "documents": 1,
        "added": 1,
        "removed": 0,
        "requests": 0,
        "quota_remaining": None,
        "cursors": {},
    }


def test_only_the_best_answers_are_kept_and_code_stays_code(mirror):
    code = '<pre class="lang-sh"><code>etcdctl get a\n  --prefix &lt;x&gt;\n</code></pre>'
    answers = [post(n, answer_id=n, score=n, body=code) for n in range(1, 8)]
    answers += [post(8, answer_id=8, score=-1, is_accepted=True), {"answer_id": 9}, "text"]
    saved(mirror, "tool", [question(20, answers), question(30, answers[7:8], score=3)])
    saved(mirror, "low", [question(40, answers[:1], score=0)])
    documents, drops, _ = read_stackoverflow("tool", ["tool", "low"], mirror=mirror)
    (row,) = documents.to_dicts()
    assert row["content"].decode().count(code) == 5
    assert row["content"].decode().count("<h2>") == 5
    assert sorted(drops.select("item", "reason").iter_rows()) == [
        ("[low] 40", "low-score"),
        ("[tool] 20 answer 1", "answer-limit"),
        ("[tool] 20 answer 2", "answer-limit"),
        ("[tool] 20 answer 8", "negative-score"),
        ("[tool] 20 answer 9", "malformed-answer"),
        ("[tool] 20 answer ?", "malformed-answer"),
        ("[tool] 30", "no-answer"),
        ("[tool] 30 answer 8", "negative-score"),
    ]


@pytest.mark.parametrize(
    ("named", "licence"),
    [
        ("CC BY-SA 3.0", "CC-BY-SA-3.0"),
        (None, "CC-BY-SA-4.0"),
        ("All rights reserved", "CC-BY-SA-4.0 AND unknown"),
    ],
)
def test_a_licence_that_is_named_wins_over_the_date(mirror, named, licence):
    answers = [post(2, answer_id=2, content_license=named)]
    other = named if named == "CC BY-SA 3.0" else None
    saved(mirror, "tool", [question(1, answers, content_license=other)])
    documents, _, _ = read_stackoverflow("tool", ["tool"], mirror=mirror)
    assert documents["licence"].to_list() == [licence]


def test_bad_lines_and_tags_are_drops(mirror):
    good = question(1, [post(2, answer_id=2)])
    missing = {"question_id": 3, "answers": [post(4, answer_id=4)]}
    saved(mirror, "tool", [good, question(2), "text", missing])
    saved(mirror, "again", [good, question(5, [post(6, answer_id=6)], link="javascript:x")])
    lines = [
        "{",
        "[" * 100_000,
        "",
        '"' + "x" * 6_000_000 + '"',
        json.dumps(question(7, [post(8, answer_id=8)])),
    ]
    (mirror / "stackexchange" / "broken.jsonl").write_text("\n".join(lines))
    tags = ["tool", "again", "none", "../tool", "-x", "broken"]
    reading = read_stackoverflow("tool", tags, mirror=mirror)
    assert reading.documents["path"].to_list() == ["1", "5", "7"]
    assert reading.documents["url"][1] == "https://stackoverflow.com/questions/5"
    assert count_reasons(reading.drops) == {
        "malformed-question": 4,
        "refused-tag": 2,
        "no-answer": 1,
        "not-in-mirror": 1,
        "too-large": 1,
    }


def test_a_mirror_is_read_up_to_the_limit(mirror):
    saved(mirror, "tool", [question(n, [post(n, answer_id=n)]) for n in (1, 2, 3)])
    reading = read_stackoverflow("tool", ["tool"], mirror=mirror, question_limit=2)
    assert reading.documents["path"].to_list() == ["1", "2"]
    assert count_reasons(reading.drops) == {"question-limit": 1}


def test_nothing_is_asked_unless_crawling_is_on(mirror):
    off = read_stackoverflow("tool", ["tool"], mirror=None)
    assert count_reasons(off.drops) == {"crawling-is-off": 1}
    with pytest.raises(OfflineError, match="Stack Overflow about tool"):
        read_stackoverflow("tool", ["tool"], mirror=None, crawl=True, offline=True)
    with pytest.raises(MirrorError):
        read_stackoverflow("tool", ["tool"], mirror=mirror / "none")
