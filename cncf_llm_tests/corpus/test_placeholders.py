"""The values are made up, and put together here so that no scanner takes them for real ones."""

import base64

import pytest

from cncf_llm.corpus.placeholders import replaced

BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7Qm3Zt9x1kVb2\n" * 4
KEY = f"-----BEGIN PRIVATE KEY-----\n{BODY}-----END PRIVATE KEY-----"
RANDOM = "k7Qz2mW9xB4vT8nR3pL6"
JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoiam9u{RANDOM}.{RANDOM}{RANDOM}"


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Write to jane@cncf.io.", "Write to <EMAIL>."),
        ("Jane Roe <jane.roe+k8s@mail.cncf.io>, Acme", "Jane Roe <EMAIL>, Acme"),
        ("[mail](mailto:jane@cncf.io)", "[mail](mailto:<EMAIL>)"),
        ("slack=jane, mail=jane@cncf.io", "slack=jane, mail=<EMAIL>"),
        ("contact: 'jane@cncf.io'", "contact: '<EMAIL>'"),
        ("Jane, 617-923-4657", "Jane, <PHONE>"),
        ("Call (617) 923-4657 or +1 617 923 4657.", "Call <PHONE> or <PHONE>."),
        ("Call +4930901820.", "Call <PHONE>."),
        (f"key: |\n{KEY}\nend", "key: |\n<PRIVATE-KEY>\nend"),
        (f"tls.key: {base64_of(KEY)}", "tls.key: <PRIVATE-KEY>"),
        (f"X: {JWT}", "X: <TOKEN>"),
        ("run with ghp_" + "aB3dE5fG7hJ9" * 3, "run with <TOKEN>"),
        ("id AKIA" + "Q4T7ZX2MWB5NRC6D", "id <TOKEN>"),
        ("bot xoxb-1234567890-" + "k7qz2mw9xb4vt8nr3pl6wxyz", "bot <TOKEN>"),
        ("bob: $2y$10$" + "hLqFl9jSjoAAy95Z/zw8Ye8wkdMBM8c5Bn1ptYqP/AXyV0.oy0S8m", "bob: <TOKEN>"),
        (f'"password": "{RANDOM}",', '"password": "<TOKEN>",'),
        (f"curl -H 'X-API-KEY: {RANDOM}'", "curl -H 'X-API-KEY: <TOKEN>'"),
        (f"Authorization: Bearer {RANDOM}", "Authorization: Bearer <TOKEN>"),
        (f"join --token 43a25d.{RANDOM} now", "join --token <TOKEN> now"),
        (f"clientSecret: {base64_of(RANDOM)}", "clientSecret: <TOKEN>"),
        ("https://a.org/j/1?pwd=" + base64_of(RANDOM), "https://a.org/j/1?pwd=<TOKEN>"),
        ("secret=17825db5-c698-44cc-9f00-ef1f61f5d3fb", "secret=<TOKEN>"),
        ("amqp://app:k7Qz2mW9@mq.cncf.io:5672", "amqp://app:<PASSWORD>@mq.cncf.io:5672"),
    ],
)
def test_what_could_be_real_goes(text, clean):
    assert replaced(text)[0] == clean


@pytest.mark.parametrize(
    "text",
    [
        "user@example.com, me@docs.example.org, a@example.co.uk, you@acme.com",
        "x@host.local, root@node.test",
        "noreply@github.com and bot@users.noreply.github.com.invalid",
        "git clone git@github.com:org/repo",
        "scp root@host.cncf.io:/etc/hosts . && ssh core@10.0.0.1",
        "https://contoso@dev.azure.com/project",
        "go get go.etcd.io/etcd/client/v3@v3.5.10 x/y@v0.0.0-20210101000000-abcdef123456",
        "go install x/cmd@latest, image nginx@sha256:" + "0a1b2c3d" * 8,
        "@alice and @bob met; user@host; icon@2x.png; etcd@node1.service; data@file.txt",
        "metric@1520430000.123 and st@1000000000.000; @CertManager@infosec.exchange",
        "sa@project-1.iam.gserviceaccount.com",
        "*/5 0-23 1,15 * 1-5 at 2021-07-22 11:34:39 +0000 UTC m=+3507.098466775",
        "10.0.0.1, CVE-2026-40109, v1.34.4-gke.1047000, 1605301325, 800-555-1212, 123-456-7890",
        "Ports 2379-2380 2380-2381; 101-1000 1001-10000; 192-168-1000",
        "AKIAIOSFODNN7EXAMPLE",
        "token: <your-token>, password: xxxxxxxxxxxxxxxxxxxx, token=$TOKEN12345678901a",
        "--token abcdef.0123456789abcdef",
        "password: changeme, password: YWRtaW4=, password: "
        + base64_of("a-password-of-32-letters"),
        "secretName: webhook1-certificate-a1b2, token: projects/my1/secrets2/name3",
        "commit 4a22506cf0cf139d9b2f9cde099f0012d9fcabde, --token-hash sha256:8cb2de97839780a4",
        "amqp://guest:password@localhost:5672, redis://:${PASS}@host, https://u:Password%231@a.b.net",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\n" + BODY + "-----END CERTIFICATE-----",
        "tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUMrVENDQWVHZ0F3SUJBZ0lKQUk",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        "publicKey: k7Qz2mW9xB4vT8nR3pL6",
        "argocd.token=eyJhbGciOiJIUzI1Ni... and password: S2VkYUxhYkFkbWluUHdkMQ==",
        "The token is ACMEChallengeSolverHTTP01.",
    ],
)
def test_what_is_seen_to_be_an_example_stays(text):
    assert replaced(text) == (text, {})


def test_replacements_are_counted_by_type():
    _, found = replaced(f"a@cncf.io b@cncf.io 617-923-4657 token: {RANDOM}")
    assert found == {"EMAIL": 2, "PHONE": 1, "TOKEN": 1}


def test_a_text_without_secrets_is_left_alone_whatever_its_letters():
    text = "İstanbul'da token: " + RANDOM
    assert replaced(text) == ("İstanbul'da token: <TOKEN>", {"TOKEN": 1})


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 200_000,
        "a@" * 50_000,
        "a.b-" * 50_000,
        "1-" * 100_000,
        "token " * 30_000,
        "+1 " * 60_000,
        "-----BEGIN PRIVATE KEY-----\n" * 5_000,
        "<a@" + "b." * 50_000,
        "9a" * 100_000,
        "://" * 60_000,
    ],
)
def test_hostile_texts_take_linear_time(hostile):
    replaced(hostile)  # quadratic ones would take minutes
