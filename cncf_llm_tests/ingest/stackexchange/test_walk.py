import json

import pytest

from cncf_llm.ingest import read_stackoverflow
from cncf_llm.ingest.stackexchange import walk as module
from cncf_llm.store import count_reasons
from cncf_llm_tests.ingest.stackexchange.local_api import Site, post, question, says, serve

T = 1_700_000_000


@pytest.fixture
def site():
    with serve(Site()) as site:
        yield site


def thread(number, score=1, active=None, answers=1, **more):
    found = [post(n, answer_id=n) for n in range(number * 1000, number * 1000 + answers)]
    date = T + number if active is None else active
    return question(number, found, score=score, last_activity_date=date, **more)


def read(site, *tags, before=None, limit=5_000, **more):
    """Read; `before` is the reading to go on from, its facts as they come back from a file."""
    site.asked.clear()
    return read_stackoverflow(
        "tool",
        tags or ("tool",),
        mirror=None,
        crawl=True,
        base_url=site.url,
        previous=before.documents if before else None,
        previous_drops=before.drops if before else None,
        cursors=json.loads(json.dumps(before.facts))["cursors"] if before else None,
        sleep=lambda seconds: None,
        question_limit=limit,
        **more,
    )


def paths(reading):
    return [int(path) for path in reading.documents["path"]]


def test_all_pages_of_questions_and_answers_are_read_the_best_voted_first(site):
    site.add(*[thread(n, score=n, answers=2) for n in range(1, 251)])
    site.add(thread(999, score=0), thread(998, answers=0))
    reading = read(site)
    assert sorted(paths(reading)) == list(range(1, 251))
    assert count_reasons(reading.drops) == {"no-answer": 1}
    first = site.asked[0][1]
    assert (first["sort"], first["order"], first["min"], first["page"]) == (
        "votes",
        "desc",
        "1",
        "1",
    )
    answers = [by for path, by in site.asked if path.endswith("/answers")]
    assert [by["page"] for by in answers[:2]] == ["1", "2"]
    assert all(by["filter"] == "withbody" for _, by in site.asked)


def test_a_refresh_asks_only_for_what_was_active_since(site):
    site.add(*[thread(n, score=n) for n in range(1, 151)])
    first = read(site)
    settled = read(site, before=first)
    again = read(site, before=settled)
    assert again.facts["requests"] == 1
    assert site.asked == [
        (
            "/questions",
            {
                **site.asked[0][1],
                "tagged": "tool",
                "sort": "activity",
                "order": "asc",
                "min": str(T + 150),
            },
        )
    ]
    assert again.documents.equals(first.documents)
    assert again.facts["cursors"] == settled.facts["cursors"]

    changed = next(q for q in site.questions if q["question_id"] == 7)
    changed |= {"last_activity_date": T + 900, "body": "<p>edited</p>"}
    site.add(thread(300, score=5, active=T + 901), thread(301, score=0, active=T + 902))
    gone = next(q for q in site.questions if q["question_id"] == 8)
    gone |= {"last_activity_date": T + 903, "answers": [], "answer_count": 0}
    later = read(site, before=again)
    assert later.facts["requests"] == 2
    assert site.asked[1][0] == "/questions/7;300/answers"
    assert set(paths(later)) == {*range(1, 151), 300} - {8}
    row = later.documents.filter(later.documents["path"] == "7").to_dicts()[0]
    assert b"edited" in row["content"]
    assert sorted(later.drops.select("item", "reason").iter_rows()) == [
        ("[tool] 301", "low-score"),
        ("[tool] 8", "no-answer"),
    ]
    quiet = read(site, before=later)
    assert quiet.documents.equals(later.documents)
    assert quiet.drops.equals(later.drops)  # what was dropped and not read again stays told


def test_the_first_import_goes_on_after_the_quota_is_spent(site):
    site.add(*[thread(n, score=n % 7 + 1, answers=3) for n in range(1, 501)])
    whole = read(site)
    reading, days, seen = None, 0, []
    while reading is None or "quota-exhausted" in count_reasons(reading.drops):
        site.quota = 9
        reading = read(site, before=reading)
        seen.append(reading.documents.height)
        days += 1
        assert days < 20
    assert days > 2
    assert seen == sorted(set(seen))
    assert seen[0] > 0
    assert reading.documents.equals(whole.documents)


def test_what_moves_during_the_import_is_seen_by_the_first_refresh(site):
    site.add(*[thread(n, score=n) for n in range(1, 301)])
    site.quota = 4
    part = read(site)
    moved = next(q for q in site.questions if q["question_id"] == 300)
    moved |= {"last_activity_date": T + 900, "body": "<p>edited</p>"}
    site.quota = 300
    done = read(site, before=part)
    assert done.documents.height == 300
    fresh = read(site, before=done)
    assert sum(b"edited" in content for content in fresh.documents["content"]) == 1


def test_questions_of_equal_score_are_paged_and_the_rest_said_when_pages_run_out(site, monkeypatch):
    site.add(*[thread(n, score=3) for n in range(1, 451)], thread(500, score=2))
    assert len(paths(read(site))) == 451
    monkeypatch.setattr(module, "_LAST_PAGE", 2)
    reading = read(site)
    assert count_reasons(reading.drops) == {"page-limit": 1}
    assert len(paths(reading)) == 201  # two pages of score 3, then the next score
    assert 500 in paths(reading)


def test_questions_of_one_second_are_paged_too(site):
    site.add(thread(1))
    first = read(site)
    site.add(*[thread(n, active=T + 9) for n in range(2, 252)])
    second = read(site, before=first)
    assert len(paths(second)) == 251
    assert read(site, before=second).facts["requests"] == 3  # its pages, but no answers
    site.add(thread(900, active=T + 9))  # in the very second that was read last
    assert 900 in paths(read(site, before=second))


def test_the_limit_keeps_the_best_and_later_only_what_is_as_good(site):
    site.add(*[thread(n, score=n) for n in range(1, 201)])
    first = read(site, limit=150)
    assert sorted(paths(first)) == list(range(51, 201))
    assert count_reasons(first.drops) == {"question-limit": 1}
    site.add(thread(301, score=9, active=T + 901), thread(302, score=90, active=T + 902))
    second = read(site, before=first, limit=150)
    assert {301, 302} & set(paths(second)) == {302}
    assert count_reasons(second.drops) == {"question-limit": 1, "low-score": 1}


def test_a_question_of_two_tags_is_read_once_and_leaves_with_its_last_tag(site):
    site.add(thread(1, tags=["tool", "kit"]), thread(2, tags=["kit"]))
    first = read(site, "tool", "kit")
    assert paths(first) == [1, 2]
    assert [path for path, _ in site.asked if "answers" in path] == [
        "/questions/1/answers",
        "/questions/2/answers",
    ]
    assert paths(read(site, "tool", before=first)) == [1]
    assert paths(read(site, "other", before=first)) == []


def test_trouble_leaves_what_was_read_before(site):
    site.add(*[thread(n, score=n) for n in range(1, 151)])
    before = read(site)
    site.add(thread(200, score=9, active=T + 901))
    for trouble in (says({}, 503), says(b"{"), says({}, 429, Retry_After="9999")):
        site.troubles = [None, *[trouble] * 4]  # the answers fail after the questions were read
        after = read(site, before=before)
        assert after.documents.equals(before.documents)
        assert after.facts["cursors"] == before.facts["cursors"]
        assert after.drops.height == 1
    site.troubles = []
    assert 200 in paths(read(site, before=before))


def test_crawling_switched_off_loses_nothing(site):
    site.add(thread(1))
    before = read(site)
    off = read_stackoverflow(
        "tool",
        ["tool"],
        mirror=None,
        previous=before.documents,
        cursors=before.facts["cursors"],
    )
    assert off.documents.equals(before.documents)
    assert off.facts["cursors"] == before.facts["cursors"]


def test_rows_of_a_mirror_do_not_stay_when_the_api_is_read(site):
    site.add(thread(1), thread(2))
    saved = read(site).documents
    site.questions = site.questions[:1]
    reading = read_stackoverflow(
        "tool", ["tool"], mirror=None, crawl=True, previous=saved, cursors={}, base_url=site.url
    )
    assert paths(reading) == [1]
    assert reading.facts["removed"] == 1


def test_cursors_of_another_format_start_anew_and_keep_the_rows(site):
    site.add(*[thread(n, score=n) for n in range(1, 151)])
    before = read(site)
    before.facts["cursors"]["tool"]["format"] = "0"
    site.quota = 2
    part = read(site, before=before)
    assert site.asked[0][1]["sort"] == "votes"
    assert part.documents.height == 150


def test_bad_items_are_dropped_and_the_page_goes_on(site):
    site.add(thread(1), thread(2))
    bad = [{"question_id": "x"}, {}, 5, {"question_id": 3, "score": None, "last_activity_date": 1}]
    page = {
        "items": [*bad, *[{**q, "answers": None} for q in site.questions]],
        "has_more": False,
    }
    answers = {"items": [{"question_id": 77}, 3, {**post(5, answer_id=5), "question_id": 1}]}
    site.troubles = [says(page), says(answers)]
    reading = read(site)
    assert paths(reading) == [1]
    assert count_reasons(reading.drops) == {
        "malformed-question": 4,
        "malformed-answer": 2,
        "no-answer": 1,
    }


@pytest.mark.parametrize(
    "pages",
    [
        [{"items": [], "has_more": True}],
        [
            {"items": [thread(1, score=5)], "has_more": True},
            {"items": [thread(2, score=9)], "has_more": True},
        ],
    ],
)
def test_an_api_that_would_lead_in_circles_is_left(site, pages):
    answers = {"items": []}
    site.troubles = [
        says(pages[0]),
        *[says(answers), says(pages[-1]), says(answers)] * (len(pages) > 1),
    ]
    assert count_reasons(read(site).drops)["malformed-answer"] == 1
