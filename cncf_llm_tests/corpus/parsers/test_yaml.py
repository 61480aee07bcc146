import json

import pytest

from cncf_llm.corpus.parsers import Code, Heading, TableBlock, Unreadable, parse, render

CRD = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: certificates.cert.io}
spec:
  group: cert.io
  scope: Namespaced
  names: {kind: Certificate, plural: certificates, shortNames: [cert]}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          description: A Certificate is a request for a signed certificate.
          type: object
          properties:
            apiVersion: {type: string, description: no}
            spec:
              type: object
              description: What is wanted.
              required: [names]
              properties:
                names:
                  type: array
                  description: The DNS names.
                  items: {type: string}
                keys:
                  type: array
                  items:
                    type: object
                    properties:
                      size: {type: integer, default: 2048, description: Bits of the key.}
"""


def read(text: str, media_type: str = "application/yaml"):
    return parse(text.encode(), "a.yaml", media_type)


def test_a_custom_resource_definition_says_what_its_fields_mean():
    parsed = read(CRD)
    assert parsed.title == "Certificate"
    assert parsed.blocks[-1] == TableBlock(
        ("Field", "Type", "Default", "Description"),
        (
            ("`spec.names`", "array of string, required", "", "The DNS names."),
            ("`spec.keys[].size`", "integer", "`2048`", "Bits of the key."),
        ),
    )
    text = render(parsed.blocks[1:3])
    assert text.startswith(
        "`Certificate` is a custom resource of the API group `cert.io`. Versions"
    )
    assert text.endswith("A Certificate is a request for a signed certificate.")


def test_fields_too_deep_are_counted():
    schema: dict = {"type": "string", "description": "deep"}
    for _ in range(14):
        schema = {"type": "object", "description": "d", "properties": {"x": schema}}
    parsed = read(json.dumps({"$schema": "s", **schema}), "application/schema+json")
    assert parsed.dropped == (("fields-too-deep", "2 fields below 12 levels or after 4000 others"),)


def test_a_definition_within_a_helm_condition_is_read():
    assert read("{{- if .Values.crds }}\n---\n" + CRD + "{{- end }}\n") == read(CRD)


def test_a_field_without_description_is_listed_for_its_default_or_values():
    fields = {"a": {"enum": ["x", "y"], "type": "string"}, "b": {"default": 1}, "c": {}}
    condition = {"properties": {"a": {"enum": ["x"]}}}
    schema = {"$schema": "s", "type": "object", "description": "d", "properties": fields}
    schema["oneOf"] = [condition]
    table = read(json.dumps(schema), "application/schema+json").blocks[-1]
    assert isinstance(table, TableBlock)
    assert table.rows == (("`a`", "one of `x`, `y`", "", ""), ("`b`", "", "`1`", ""))


def test_openapi():
    parsed = read("""openapi: 3.0.0
info: {title: Pets, description: About pets.}
paths:
  /pets:
    get:
      summary: List pets.
      parameters: [{name: limit, in: query, description: How many.}]
      responses: {200: {description: The pets.}}
components:
  schemas:
    Pet: {type: object, properties: {name: {type: string, description: Its name.}}}
""")
    assert parsed.title == "Pets"
    headings = [block.text for block in parsed.blocks if isinstance(block, Heading)]
    assert headings == ["`GET /pets`", "`Pet`"]
    assert "| `limit` | query | How many. |" in render(parsed.blocks)


def test_json_schema_and_json_that_is_none():
    schema = {
        "title": "Values",
        "type": "object",
        "properties": {"a": {"description": "An A."}},
        "$defs": {"B": {"description": "A B."}},
    }
    parsed = read(json.dumps(schema), "application/schema+json")
    assert parsed.title == "Values"
    assert "| `a` |  |  | An A. |" in render(parsed.blocks)
    for text, reason in (
        ("{", "unreadable-json"),
        ("[1]", "unreadable-not-a-schema"),
        ("[" * 100_000, "unreadable-nested-too-deep"),
    ):
        with pytest.raises(Unreadable) as caught:
            read(text, "application/schema+json")
        assert caught.value.reason == reason


def test_manifests_are_introduced_and_kept():
    parsed = read("# A comment\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\na: 1\n")
    assert render(parsed.blocks) == (
        "Service web\n\nManifest of a `Service` of the API `v1` named `web`:\n\n"
        "```yaml\n# A comment\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n```\n\n"
        "```yaml\na: 1\n```"
    )


@pytest.mark.parametrize(
    "text", ["a: {{ .Values.x }}\n  b", "a: !Sub x\n", "a: [", "a: 2024-99-99\n"]
)
def test_what_is_no_plain_yaml_is_kept_as_configuration(text):
    assert render(read(text).blocks) == f"```yaml\n{text.rstrip()}\n```"


def test_later_parts_of_a_long_item_repeat_its_name_and_not_its_first_line():
    options = "".join(f"  - Usage: the option number {n}\n" for n in range(60))
    blocks = read(
        f"- Description: |-\n    Adds the proxy.\n  Name: inject\n  Options:\n{options}"
    ).blocks
    texts = [block.text for block in blocks if isinstance(block, Code)]
    assert texts[0].startswith("- Description: |-\n    Adds the proxy.")
    assert len(texts) > 1
    assert all(text.startswith("- Name: inject\n  - Usage: ") for text in texts[1:])


def test_long_values_are_divided_between_keys():
    keys = "".join(f"  key{number}: {'word ' * 20}\n" for number in range(40))
    blocks = read("data:\n" + keys).blocks
    assert len(blocks) > 2
    assert all(render([block]).startswith("```yaml\ndata:\n  key") for block in blocks)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "\n".join(
                [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(9)]
            ),
            "unreadable-alias-bomb",
        ),
        ("a: " + "[" * 900 + "]" * 900, "unreadable-nested-too-deep"),
        ("- " * 10_000 + "x", "unreadable-nested-too-deep"),
    ],
)
def test_bombs_have_a_reason(text, reason):
    with pytest.raises(Unreadable) as caught:
        read(text)
    assert caught.value.reason == reason
