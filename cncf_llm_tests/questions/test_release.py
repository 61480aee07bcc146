import pytest

from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators.release import facts
from cncf_llm_tests.questions.literals import PROJECT, section

CHANGES = (
    "- Read the configuration again upon a signal (#123, @someone)\n- Write less to the log. #45"
)
CLEAN = "- Read the configuration again upon a signal\n- Write less to the log."


@pytest.mark.parametrize(
    ("title", "headings", "question"),
    [
        ("Changelog", ("2.7.2 / 2019-03-02",), "What changed in Prometheus 2.7.2?"),
        ("Changelog", ("v0.6.1 (2018-07-18)",), "What changed in Prometheus v0.6.1?"),
        ("Release 1.21", ("`v1.21.0`", "Bug or Regression"),
         "Which bug fixes came with Prometheus v1.21.0?"),
        ("1.19.0 (July 13, 2021)", ("Deprecated",),
         "Which deprecations came with Prometheus 1.19.0?"),
    ],
)  # fmt: skip
def test_a_version_is_asked_for_by_what_changed(title, headings, question):
    (fact,) = facts(PROJECT, section(CHANGES, *headings, title=title))
    assert isinstance(fact, Fact)
    assert fact.questions[0] == question
    assert fact.answer == CLEAN


def test_parts_and_lists_that_say_nothing_are_dropped():
    for text, whole, reason in (
        (CHANGES, False, "answer-incomplete"),
        ("- Fix it", True, "answer-too-short"),
        ("- Thanks to all who have written code and documents for it", True, "answer-too-short"),
        ("A release with many changes, of which the blog tells more.", True, "answer-incomplete"),
    ):
        (drop,) = facts(PROJECT, section(text, "2.7.2", title="Changelog", whole=whole))
        assert isinstance(drop, Drop)
        assert drop.reason == reason


def test_headings_without_version_give_nothing():
    assert not list(facts(PROJECT, section(CHANGES, "Unreleased", title="Changelog")))
    assert not list(facts(PROJECT, section(CHANGES, "2.7.2", "Contributors", title="Changelog")))


def test_references_without_end_are_read_in_no_time():
    endless = "- Read it again (" + "#12 by @someone in " * 200
    assert len(list(facts(PROJECT, section(endless, "2.7.2", title="Changelog")))) == 1
