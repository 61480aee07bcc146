from cncf_llm.entities.structure import Stated, find_structure, subjects_of

SUBJECTS = subjects_of(
    {("COMPONENT", "promtool"): 5, ("PROJECT", "Prometheus"): 9, ("STANDARD", "HTTP"): 3},
    {"Gadget": ["gadgets.io/v1"], "Stranger": ["elsewhere.io/v1"]},
    frozenset({"prometheus", "gadgets"}),
)
OWN = ("PROJECT", "Prometheus")


def read(title: str, headings: list[str], text: str) -> list[tuple[str, str, str]]:
    passage = {"title": title, "heading_path": headings, "text": text}
    found = list(find_structure(passage, SUBJECTS, OWN, frozenset({"prometheus", "gadgets"})))
    assert all(isinstance(one, Stated) and one.sentence in text for one in found)
    return [(one.head[1], one.relation, one.tail[1]) for one in found]


FLAGS = "| Flag | Description |\n| --- | --- |\n| `--web.url` `URL` | Where. |\n| -h, --help | . |"


def test_a_flag_table_configures_what_its_page_is_about() -> None:
    expected = [
        ("promtool", "configured_by", "--web.url"),
        ("promtool", "configured_by", "--help"),
    ]
    assert read("promtool", ["Flags"], FLAGS) == expected
    assert read("Reference", ["promtool command line"], FLAGS) == expected


def test_a_page_about_something_else_configures_nothing() -> None:
    assert read("Deploying promtool", ["Flags"], FLAGS) == []
    assert read("promtool", ["Tutorial"], FLAGS) == []


def test_flags_in_fenced_help() -> None:
    text = "```\n      --depth int   how deep\n  not --a-flag\n```"
    assert read("promtool", ["Options"], text) == [("promtool", "configured_by", "--depth")]
    assert read("promtool", ["Example"], text) == []


def test_flags_of_a_page_that_names_nothing_are_the_projects() -> None:
    expected = [("Prometheus", "configured_by", "--depth")]
    assert read("Configuration options", ["Flags"], "- `--depth N` how deep") == expected
    assert read("Testing", ["Flags"], "- `--depth N` how deep") == []


def test_fields_of_a_kind() -> None:
    text = "| Field | Type |\n| --- | --- |\n| `size` | int |\n| `kind` | string |\n| Not a key | |"
    expected = [("Gadget", "configured_by", "size")]
    assert read("API", ["GadgetSpec"], text) == expected
    assert read("Gadget", ["`spec`"], text) == expected
    assert read("API", ["GadgetStatus"], text) == []
    assert read("API", ["gadget"], text) == []  # a field's heading
    assert read("API", ["Stranger"], text) == []  # an ordinary word here
    assert read("Gadget", [], "| Name | Type |\n| --- | --- |\n| `size` | Gauge |") == []


def test_metrics_are_exposed_by_the_project_that_their_name_names() -> None:
    text = (
        "| Metric | Type |\n| --- | --- |\n"
        "| `prometheus_build_info` | gauge |\n| `go_threads` | gauge |"
    )
    expected = [("Prometheus", "exposes", "prometheus_build_info")]
    assert read("Metrics", [], text) == expected
    assert read("Metrics", [], "- `prometheus_build_info{version}` - the build") == expected
    assert read("Concepts", [], "- `prometheus_build_info` - the build") == []


def test_a_definition_makes_its_kind_part_of_the_project_of_its_group() -> None:
    line = "`{}` is a custom resource of the API group `{}`. Versions served: `v1`."
    assert read("x", [], line.format("Gadget", "gadgets.io")) == [
        ("Gadget", "part_of", "Prometheus")
    ]
    assert read("x", [], line.format("Gadget", "elsewhere.io")) == []
