from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators import setting
from cncf_llm.questions.generators.field import facts
from cncf_llm_tests.questions.literals import PROJECT, section

HEAD = "| Field | Type | Default | Description |\n| --- | --- | --- | --- |\n"


def of(rows: str, *headings: str, **changes: object) -> list[Fact | Drop]:
    chosen = {"title": "Backup"} | changes
    return list(facts(PROJECT, section(HEAD + rows, *(headings or ("`spec`",)), **chosen)))


def test_a_field_has_meaning_type_default_and_need():
    (fact,) = of("| `spec.keep` | integer, required | `3` | How many copies to keep |")
    assert isinstance(fact, Fact)
    assert fact.questions[0] == "In Prometheus, what is the field `spec.keep` of `Backup` for?"
    assert fact.answer == (
        "How many copies to keep. Its type is integer. The default is `3`. It is required."
    )


def test_a_type_that_the_reference_does_not_know_is_not_said():
    (fact,) = of("| `spec.keep` | invalid type | | How many copies to keep |")
    assert isinstance(fact, Fact)
    assert fact.answer == "How many copies to keep."


def test_values_are_asked_for_where_there_are_only_some():
    meaning, values = of("| `spec.mode` | one of `Full`, `Partial` | | What to copy. |")
    assert isinstance(meaning, Fact)
    assert isinstance(values, Fact)
    assert meaning.answer == "What to copy. Its value is one of `Full`, `Partial`."
    assert values.answer == "`spec.mode` of `Backup` is one of `Full` or `Partial`."


def test_the_heading_may_name_the_type():
    text = (
        "| Field | Type | Required | Description |\n| --- | --- | --- | --- |\n"
        "| `keep` | integer | Yes | How many copies to keep. |"
    )
    (fact,) = facts(PROJECT, section(text, "Types", "BackupSpec", title="API Reference"))
    assert isinstance(fact, Fact)
    assert fact.subject == "keep of BackupSpec"
    assert fact.answer.endswith("It is required.")


def test_what_cannot_be_told_is_refused():
    (drop,) = of("| `keep` | integer | | How many. |", "Fields", title="Guide")
    assert isinstance(drop, Drop)
    assert drop.reason == "no-subject"
    (drop,) = of("| `spec.a` | string | | Such as ``` a: b ``` |")
    assert isinstance(drop, Drop)
    assert drop.reason == "answer-incomplete"
    many = ", ".join(f"`v{number}`" for number in range(20))
    (drop,) = of(f"| `spec.a` | one of {many} | | What to take. |")
    assert isinstance(drop, Drop)
    assert drop.reason == "answer-incomplete"
    assert not of("| `spec.a` | string | | No description provided. |")


def test_a_table_of_fields_gives_no_settings():
    text = HEAD + "| `spec.keep` | integer | `3` | How many copies to keep |"
    assert not list(setting.facts(PROJECT, section(text, "`spec`", title="Backup")))
