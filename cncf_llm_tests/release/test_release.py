import json

import polars as pl
import pytest

from cncf_llm.release import ManifestError, release_dataset, release_models, verify


def dataset(folder, licences):
    rows = pl.DataFrame(
        {
            "qa_id": [f"qa-{n}" for n in range(len(licences))],
            "project": ["etcd"] * len(licences),
            "repository": ["etcd-io/website"] * len(licences),
            "path": ["a.md"] * len(licences),
            "revision": ["abc"] * len(licences),
            "licence": licences,
        },
        schema_overrides={"licence": pl.String},
    )
    (folder / "etcd").mkdir(parents=True)
    rows.write_parquet(folder / "etcd" / "train.parquet")
    (folder / "README.md").write_text("# Data\n")
    return folder


def test_rows_without_a_licence_stay_out_and_are_counted(tmp_path):
    source = dataset(tmp_path / "in", ["MIT", "unknown", None, "MIT AND unknown"])
    out = tmp_path / "out"
    sources, drops = release_dataset(source, out)
    assert sources.rows() == [("etcd", "etcd-io/website", "abc", "MIT", 1)]
    assert drops["reason"].to_list() == ["licence-unknown"] * 3
    assert pl.read_parquet(out / "etcd" / "train.parquet")["qa_id"].to_list() == ["qa-0"]
    assert "| MIT | 1 |" in (out / "README.md").read_text()


def test_a_release_is_verified_by_its_manifest(tmp_path):
    out = tmp_path / "out"
    release_dataset(dataset(tmp_path / "in", ["MIT"]), out)
    assert verify(out) == 3
    assert json.loads((out / "manifest.json").read_text())["rows"] == 1


def test_a_copy_that_differs_is_refused(tmp_path):
    out = tmp_path / "out"
    release_dataset(dataset(tmp_path / "in", ["MIT"]), out)
    (out / "SOURCES.csv").write_text("tampered")
    (out / "README.md").unlink()
    (out / "more").write_text("")
    with pytest.raises(
        ManifestError,
        match=r"README.md is missing; SOURCES.csv has changed; more is not in the manifest",
    ):
        verify(out)


def test_a_folder_without_manifest_is_refused(tmp_path):
    with pytest.raises(ManifestError, match=r"no readable manifest\.json"):
        verify(tmp_path)


@pytest.mark.parametrize("embedded", [True, False])
def test_models_come_with_a_card(tmp_path, embedded):
    for name in ("etcd", "base"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "weights").write_text("w")
    out = tmp_path / "out"
    base = tmp_path / "base" if embedded else None
    release_models({"etcd": tmp_path / "etcd"}, base, "org/base", "mit", "| a |", out)
    card = (out / "README.md").read_text()
    assert "license: mit" in card
    assert ("tiny" in card) == embedded
    assert (out / "base" / "weights").exists() == embedded
    assert verify(out) == (3 if embedded else 2)


def test_no_adapter_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no adapter"):
        release_models({}, None, "b", "mit", "", tmp_path)
