from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators.comparison import facts
from cncf_llm_tests.questions.literals import PROJECT, section

COLUMNS = (
    "| Feature | Pull | Push |\n| --- | --- | --- |\n"
    "| Who connects | the server | the client |\n| Short jobs | no | yes |"
)
ROWS = (
    "| Mode | Memory | Speed |\n| --- | --- | --- |\n"
    "| Lazy | little | slow |\n| Eager | much | fast |\n| Mixed | some | fair |"
)


def test_columns_are_compared_by_the_aspects_of_the_first():
    (fact,) = facts(PROJECT, section(COLUMNS, "Differences"))
    assert isinstance(fact, Fact)
    assert fact.questions[0] == "In Prometheus, how do Pull and Push compare?"
    assert fact.answer == COLUMNS


def test_rows_are_compared_where_the_first_column_names_their_kind():
    (fact,) = facts(PROJECT, section(ROWS, "Modes", title="Loading of blocks"))
    assert isinstance(fact, Fact)
    assert fact.questions[0] == (
        "In Prometheus, how do Lazy, Eager and Mixed (Loading of blocks) compare?"
    )


def test_a_table_that_may_be_cut_is_dropped():
    (drop,) = facts(PROJECT, section(ROWS, "Modes", whole=False))
    assert isinstance(drop, Drop)
    assert drop.reason == "answer-incomplete"


def test_other_tables_compare_nothing():
    for text in (
        "| Name | Description |\n| --- | --- |\n| a-b | one |\n| c-d | two |",
        "| Mode | A | B |\n| --- | --- | --- |\n| LOG_FILE | x | y |\n| LOG_LEVEL | x | y |",
        "| Feature | Default | Value |\n| --- | --- | --- |\n| one | a | b |\n| two | c | d |",
        "| Mode | A | B |\n| --- | --- | --- |\n| Lazy |  |  |\n| Eager |  | y |",
    ):
        assert not list(facts(PROJECT, section(text, "Table")))
