from cncf_llm.questions.generators.landscape import facts
from cncf_llm_tests.questions.literals import PROJECT


def test_each_filled_column_gives_a_fact():
    answers = {fact.subject: fact.answer for fact in facts(PROJECT)}
    assert answers == {
        "category of Prometheus": (
            "Prometheus is in the category Observability and Analysis of the CNCF landscape, "
            "subcategory Observability."
        ),
        "maturity of Prometheus": "Prometheus is a graduated CNCF project.",
        "accepted date of Prometheus": "Prometheus was accepted into the CNCF on 9 May 2016.",
        "incubating date of Prometheus": (
            "Prometheus became an incubating CNCF project on 9 May 2016."
        ),
        "graduated date of Prometheus": (
            "Prometheus became a graduated CNCF project on 9 August 2018."
        ),
        "repository of Prometheus": (
            "The source of Prometheus is at https://github.com/prometheus/prometheus."
        ),
        "home page of Prometheus": "The home page of Prometheus is https://prometheus.io/.",
        "use case of Prometheus": ("Prometheus is used for metrics-based monitoring and alerting."),
    }


def test_empty_columns_and_prose_give_none():
    empty = dict.fromkeys(PROJECT) | {"project": "x", "name": "X (the unknown)"}
    assert not list(facts(empty))
    prose = "X is a tool. It does much."
    assert not list(facts(empty | {"use_case": prose}))
