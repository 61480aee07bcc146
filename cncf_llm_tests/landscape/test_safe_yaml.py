import pytest
import yaml

from cncf_llm.landscape.safe_yaml import UnsafeYamlError, load_yaml


def test_aliases_within_the_limit_are_expanded():
    assert load_yaml("a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}


def test_billion_laughs_are_refused():
    lines = ['a0: &a0 ["lol","lol"]']
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(UnsafeYamlError, match=r"line 7.*aliases expanded"):
        load_yaml("\n".join(lines))


def test_merge_key_bomb_is_refused():
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n} {{<<: [{','.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 10)]
    with pytest.raises(UnsafeYamlError):
        load_yaml("\n".join(lines))


def test_self_reference_is_refused():
    with pytest.raises(UnsafeYamlError, match="refers to itself"):
        load_yaml("a: &a [*a]")


@pytest.mark.parametrize("text", ["[" * 500 + "]" * 500, "- " * 5000 + "x"])
def test_deep_nesting_is_refused(text):
    with pytest.raises(UnsafeYamlError, match="levels deep"):
        load_yaml(text)


def test_objects_are_refused():
    with pytest.raises(yaml.YAMLError, match="python/object"):
        load_yaml("!!python/object/apply:os.system ['true']")


def test_impossible_date_is_refused():
    with pytest.raises(UnsafeYamlError, match="cannot be read"):
        load_yaml("a: 2024-13-45")


def test_second_document_is_refused():
    with pytest.raises(yaml.YAMLError):
        load_yaml("a: 1\n---\nb: 2\n")
