"""Every overlay against the schemas of two current versions of Kubernetes, strictly."""

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("version", ["1.35", "1.37"])
def test_every_object_is_valid(objects, version):
    validate = pytest.importorskip("kubernetes_validate")
    for found in objects:
        if found["apiVersion"].partition("/")[0].endswith(".coreos.com"):
            continue  # Prometheus' own kinds have no schema here
        validate.validate(found, version, strict=True)


def test_a_misspelt_field_is_found(objects):
    validate = pytest.importorskip("kubernetes_validate")
    service = next(found for found in objects if found["kind"] == "Service")
    with pytest.raises(validate.ValidationError):
        validate.validate({**service, "sepc": {}}, "1.35", strict=True)
