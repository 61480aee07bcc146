import pytest

from cncf_llm.commands.errors import UsageError
from cncf_llm.commands.plan import Wave, choose_projects, plan_waves
from cncf_llm_tests.commands.small_graph import small_definitions


def test_the_graph_is_cut_where_partitions_begin_and_end(store):
    definitions, _ = small_definitions(store, {})
    assert plan_waves(definitions) == [
        Wave(("landscape",), False),
        Wave(("words", "letters"), True),
        Wave(("total",), False),
    ]


def test_a_selection_keeps_the_order(store):
    definitions, _ = small_definitions(store, {})
    assert plan_waves(definitions, ["total", "words"]) == [
        Wave(("words",), True),
        Wave(("total",), False),
    ]


def test_an_unknown_asset_is_named_with_what_was_meant(store):
    definitions, _ = small_definitions(store, {})
    with pytest.raises(UsageError, match="no asset 'leters'; did you mean letters"):
        plan_waves(definitions, ["leters"])


def test_projects_are_all_or_those_wanted_in_the_order_given():
    assert choose_projects({"helm", "etcd"}, None) == ["etcd", "helm"]
    assert choose_projects({"helm", "etcd", "flux"}, ["helm", "etcd", "helm"]) == ["helm", "etcd"]


def test_an_unknown_project_is_named_with_what_was_meant():
    with pytest.raises(UsageError, match="no project 'prometeus'; did you mean prometheus"):
        choose_projects({"prometheus", "etcd"}, ["prometeus"])
