import polars as pl

from cncf_llm.entities import Inventory, list_names


def names_in(*texts: str) -> Inventory:
    return list_names(pl.DataFrame({"text": list(texts)}, schema={"text": pl.String}))


MANIFEST = "```yaml\napiVersion: widgets.dev/v1\nkind: WidgetSet\nspec:\n  targetRef: x\n```"
DEFINED = (
    "`Gadget` is a custom resource of the API group `gadgets.io`. "
    "Versions served: `v1`, `v1alpha2`. It belongs to a namespace."
)


def test_a_manifest_counts_when_two_agree() -> None:
    other = "kind: NotAManifest\nname: x\n"
    assert names_in(MANIFEST, MANIFEST, other, other).kinds == {"WidgetSet": ("widgets.dev/v1",)}
    assert names_in(MANIFEST).kinds == {}


def test_a_definition_counts_alone_and_keeps_strange_groups_out() -> None:
    shown = "apiVersion: other.io/v9\nkind: Gadget\n"
    assert names_in(DEFINED, shown, shown).kinds == {
        "Gadget": ("gadgets.io/v1", "gadgets.io/v1alpha2")
    }


def test_groups_of_examples_are_left_out() -> None:
    shown = "apiVersion: stable.example.com/v1\nkind: CronTab\n"
    assert names_in(shown, shown).kinds == {}


def test_keys_fields_plugins_and_metrics() -> None:
    found = names_in(
        MANIFEST, MANIFEST, MANIFEST,
        "Set the `port` field. The `port` option is old. A `lone` field.",
        "The *forward* plugin, and the *forward* plugin again.",
        "# TYPE widget_depth gauge\n| `widget_age_max` | Gauge | how old |",
    )  # fmt: skip
    assert found.keys == ("targetRef",)
    assert found.fields == ("port",)
    assert found.plugins == ("forward",)
    assert found.metrics == ("widget_age_max", "widget_depth")


def test_terms_of_a_glossary_are_several_words() -> None:
    passages = pl.DataFrame(
        {
            "text": ["", "", ""],
            "title": ["Static Pod", "Name", "Glossary"],
            "path": ["docs/glossary/static-pod.md", "docs/glossary/name.md", "docs/x.md"],
            "heading_path": [[], [], ["Span link"]],
        },
        schema_overrides={"heading_path": pl.List(pl.String)},
    )
    assert list_names(passages).terms == ("Span link", "Static Pod")
