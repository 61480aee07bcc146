from cncf_llm.entities import LABELS
from cncf_llm.entities.gazetteer import Gazetteer, build_gazetteer, kinds_of_kubernetes
from cncf_llm_tests.entities.conftest import INVENTORY, NEIGHBOURS, PROJECTS


def by_form(gazetteer: Gazetteer) -> dict[str, tuple[str, str]]:
    return {form: (e.label, e.name) for e in gazetteer.entries for form in e.forms}


def test_names_carry_label_and_own_name(gazetteer: Gazetteer) -> None:
    known = by_form(gazetteer)
    assert known["k8s"] == ("PROJECT", "Kubernetes")
    assert known["OPA"] == ("PROJECT", "Open Policy Agent")
    assert known["pods"] == ("KUBERNETES_KIND", "Pod")
    assert known["Service Meshes"] == ("CONCEPT", "service mesh")
    assert known["VictoriaMetrics"] == ("PROJECT", "VictoriaMetrics")
    assert known["Morgan Stanley"] == ("ORGANIZATION", "Morgan Stanley")
    assert known["Fancy Kubernetes Service"] == ("PLATFORM", "Fancy Kubernetes Service")
    assert known["WidgetSets"] == ("KUBERNETES_KIND", "WidgetSet")
    assert {label for label, _ in known.values()} <= set(LABELS)


def test_the_curated_file_wins_over_the_landscape(gazetteer: Gazetteer) -> None:
    assert by_form(gazetteer)["CNI"][0] == "STANDARD"


def test_ordinary_words_are_left_out_or_need_context(gazetteer: Gazetteer) -> None:
    known = by_form(gazetteer)
    assert "Access" not in known
    assert "service" not in known
    assert {e.name for e in gazetteer.entries if e.ambiguous} >= {"Flux", "Harbor"}


def test_no_form_belongs_to_two_entries(gazetteer: Gazetteer) -> None:
    forms = [form for entry in gazetteer.entries for form in entry.forms]
    assert len(forms) == len(set(forms))


def test_the_order_of_rows_does_not_matter(gazetteer: Gazetteer) -> None:
    assert build_gazetteer(PROJECTS.reverse(), NEIGHBOURS.reverse(), INVENTORY) == gazetteer


def test_what_the_corpus_lists_is_known(gazetteer: Gazetteer) -> None:
    known = by_form(gazetteer)
    assert known["targetRef"] == ("SETTING", "targetRef")
    assert known["widget_queue_depth"] == ("METRIC", "widget_queue_depth")
    assert known["pod lifecycle"] == ("CONCEPT", "pod lifecycle")
    assert gazetteer.apis == {"WidgetSet": ("widgets.example.io/v1",)}
    assert gazetteer.fields == {"replicas"}  # "new" is nobody's name
    assert gazetteer.plugins == {"forward", "cache"}  # "prometheus plugin" names the project


def test_kinds_of_kubernetes_are_its_own() -> None:
    assert "Pod" in kinds_of_kubernetes()
    assert "HelmRelease" not in kinds_of_kubernetes()
