"""Saving and restoring: the scripts on a real PostgreSQL and an S3 server, a little in each."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cncf_llm_tests.deploy.conftest import DEPLOY

BACKUP = DEPLOY / "backup"
PROGRAMS = Path("/usr/lib/postgresql/15/bin")


def version(root: Path, asset: str, partition: str, content: bytes) -> Path:
    """Write a version as the store does, and return its one file."""
    sha256 = hashlib.sha256(content).hexdigest()
    folder = root / asset / partition
    file = folder / sha256[:32] / "documents.parquet"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    pointer = {"digest": sha256[:32], "files": {file.name: sha256}}
    (folder / "current.json").write_text(json.dumps(pointer))
    return file


def check(folder: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, str(BACKUP / "check.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def backup(tmp_path):
    for name in ("dagster.dump", "mlflow.dump"):
        (tmp_path / name).write_bytes(b"PGDMP and more")
    version(tmp_path / "bucket" / "data", "unified_corpus", "helm", b"helm's")
    return tmp_path


def test_a_whole_backup_passes(backup):
    done = check(backup)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda file: file.unlink(), "documents.parquet: missing"),
        (lambda file: file.write_bytes(b"else"), "documents.parquet: damaged"),
    ],
)
def test_a_version_that_lacks_a_file_or_has_another_is_told(backup, harm, said):
    harm(version(backup / "bucket" / "data", "unified_corpus", "etcd", b"etcd's"))
    done = check(backup)
    assert done.returncode == 1
    assert done.stdout.endswith(f"{said}\n")
    assert done.stdout.count("\n") == 1


def test_a_backup_without_dumps_or_versions_is_told(tmp_path):
    (tmp_path / "dagster.dump").write_bytes(b"")
    done = check(tmp_path)
    assert done.returncode == 1
    assert done.stdout.count("no archive of pg_dump") == 2
    assert "no version at all" in done.stdout


def test_a_backup_that_lost_a_file_is_not_restored(backup):
    version(backup / "bucket" / "data", "unified_corpus", "etcd", b"etcd's").unlink()
    done = subprocess.run(
        [BACKUP / "restore", backup],
        env={"PATH": os.environ["PATH"], "CNCF_LLM_BUCKET": "none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, "before it asked any server"
    assert done.stdout.endswith("documents.parquet: missing\n")


def as_postgres(*command: object) -> None:
    """Run a program as the user that PostgreSQL accepts: it refuses to be root."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*before, *map(str, command)], check=True, capture_output=True)


@pytest.fixture
def postgres():
    """Start a server and yield the environment that reaches its two empty databases."""
    if not (PROGRAMS / "initdb").exists() or not shutil.which("psql"):
        pytest.skip("PostgreSQL 15 is not installed (Debian: apt-get install postgresql-15)")
    # Below /tmp itself: pytest's folders are closed to other users, and paths of sockets short.
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    folder.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    data, log = folder / "data", folder / "log"
    as_postgres(PROGRAMS / "initdb", "-U", "postgres", "--auth=trust", "-N", "-D", data)
    options = f"-p {port} -k {folder} -c fsync=off"
    as_postgres(PROGRAMS / "pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", options)

    def empty() -> None:
        for name in ("dagster", "mlflow"):
            psql = (PROGRAMS / "psql", "-q", "-h", folder, "-p", port, "-U", "postgres")
            as_postgres(*psql, "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            as_postgres(*psql, "-c", f"CREATE DATABASE {name}")

    empty()
    environment = {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "DAGSTER_PG_HOST": "database.example",  # PGHOSTADDR says where that is
        "PGHOSTADDR": "127.0.0.1",
        "DAGSTER_PG_PORT": port,
        "DAGSTER_PG_DATABASE": "dagster",
        "DAGSTER_PG_USERNAME": "postgres",
        "DAGSTER_PG_PASSWORD": "not asked for",
        "MLFLOW_BACKEND_STORE_URI": (
            f"postgresql+psycopg2://postgres:a%20b%27c@database.example:{port}/mlflow"
        ),
    }
    yield environment, empty
    as_postgres(PROGRAMS / "pg_ctl", "stop", "-m", "immediate", "-D", data)
    shutil.rmtree(folder)


@pytest.fixture
def bucket():
    """Yield a bucket, and the environment that reaches it."""
    if not shutil.which("aws"):
        pytest.skip("the aws command line is not installed (pip install awscli)")
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "us-east-1",
        "CNCF_LLM_BUCKET": "cncf-llm-saved",
        "NO_PROXY": "*",
    }
    resource: Any = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    made = resource.create_bucket(Bucket="cncf-llm-saved")
    made.objects.all().delete()
    yield made, environment
    server.stop()


@pytest.mark.slow
def test_what_is_saved_is_restored_into_what_is_empty_and_nowhere_else(postgres, bucket, tmp_path):
    (databases, empty), (objects, store) = postgres, bucket
    environment = databases | store

    def script(name: str, *arguments: str) -> subprocess.CompletedProcess:
        command = [BACKUP / name, tmp_path / "backup"] if name in ("save", "restore") else [name]
        return subprocess.run(
            [*command, *arguments], env=environment, capture_output=True, text=True, check=False
        )

    def psql(database: str, query: str) -> str:
        place = ["-h", "127.0.0.1", "-p", databases["DAGSTER_PG_PORT"], "-U", "postgres"]
        done = script(str(PROGRAMS / "psql"), "-XAtq", *place, "-c", query, database)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def listed() -> dict[str, bytes]:
        return {each.key: each.get()["Body"].read() for each in objects.objects.all()}

    version(tmp_path / "data", "unified_corpus", "helm", b"helm's")
    for file in (tmp_path / "data").rglob("*.*"):
        objects.upload_file(str(file), f"data/{file.relative_to(tmp_path / 'data')}")
    objects.put_object(Key="mlflow/1/model.bin", Body=b"weights")
    held = listed()
    objects.put_object(Key="data/unified_corpus/helm/lease.json", Body=b"{}")
    psql("dagster", "CREATE TABLE runs AS SELECT 1 AS id")
    psql("mlflow", "CREATE TABLE metrics AS SELECT 2 AS id")

    saved = script("save")
    assert saved.returncode == 0, saved.stdout + saved.stderr
    refused = script("restore")
    assert refused.returncode == 2
    assert "the database of dagster has 1 tables" in refused.stderr
    empty()
    refused = script("restore")
    assert refused.returncode == 2
    assert "s3://cncf-llm-saved is not empty" in refused.stderr
    objects.objects.all().delete()

    restored = script("restore")
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert listed() == held, "all but the lease"
    assert psql("dagster", "SELECT id FROM runs") == "1"
    assert psql("mlflow", "SELECT id FROM metrics") == "2"
