"""A folder in an S3 bucket: whole objects in and out, conditional writes, patience in an outage.

Address and credentials come from the environment as boto3 reads it: `AWS_ENDPOINT_URL`,
`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_DEFAULT_REGION`, or the pod's role.

boto3 and not s3fs: a GET there does not return the ETag, and without that nothing can be compared
and swapped. Conditional writes need AWS S3, MinIO, Ceph or another server that honours `If-Match`
and `If-None-Match` on PUT: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import copy
import email.utils
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cncf_llm.store.errors import StoreError

PATIENCE = 120.0  # seconds that an outage is waited out
_LONGEST_PAUSE = 8.0  # seconds between two attempts
_PAGE = 1000  # keys in one listing or removal; the protocol's limit
_SMALL = 8 << 20  # bytes; above, boto3 transfers in parts
_CONNECTIONS = 32  # at once, to one server
_URL = re.compile(r"s3://(?P<bucket>[A-Za-z0-9._-]{3,255})(?:/(?P<prefix>.*))?")
# Answers of a server that is overloaded or not up yet. What else it says will not change.
_PASSING = {"408", "409", "425", "429", "RequestTimeout", "SlowDown", "Throttling"}
_ADVICE = {
    "NoSuchBucket": "there is no such bucket: create it, or correct CNCF_LLM_STORE",
    "AccessDenied": "access is denied: these credentials need read, write, delete and list",
    "InvalidAccessKeyId": "the access key is unknown to the server: check AWS_ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "the secret does not fit the key: check AWS_SECRET_ACCESS_KEY",
    "ExpiredToken": "the credentials have expired: renew them",
    "RequestTimeTooSkewed": "this machine's clock is wrong: set it",
    "NoCredentialsError": "there are no credentials: set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, or give the pod a role",
}
_log = logging.getLogger(__name__)
_ADVICE["403"] = _ADVICE["AccessDenied"]  # a HEAD has no body to say more


class ConditionError(Exception):
    """The object is not what the writer took it for: another one was faster."""


class GoneError(StoreError):
    """There is no object of that name."""


@dataclass(frozen=True)
class Found:
    """An object's content, its ETag, and its age in seconds by the server's clock alone."""

    content: bytes
    etag: str
    age: float


class Bucket:
    """The objects under one URL `s3://bucket/prefix`. Keys are relative to it.

    Every method waits out an outage of `patience` seconds and then raises `StoreError`. It raises
    at once what time does not heal, such as a denied access. No message holds a credential.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        match = _URL.fullmatch(url)
        if match is None:
            raise StoreError(f"{url} is no place for data: name a folder or s3://bucket/prefix")
        self.url = url.rstrip("/")
        self.patience = patience
        self._bucket = match["bucket"]
        self._prefix = f"{prefix}/" if (prefix := (match["prefix"] or "").strip("/")) else ""

    def with_patience(self, seconds: float) -> "Bucket":
        """Return the same bucket for those who have something better to do than to wait."""
        hasty = copy.copy(self)
        hasty.patience = seconds
        return hasty

    @cached_property
    def _client(self) -> Any:
        from boto3.session import Session
        from botocore.config import Config

        # Attempts are counted here alone: botocore's own retries end long before an outage does,
        # and do not cover a download that breaks off in the middle.
        config = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=5,
            read_timeout=30,
            max_pool_connections=_CONNECTIONS,
            tcp_keepalive=True,
        )
        return Session().client("s3", config=config)

    def get(self, key: str, patience: float | None = None) -> Found | None:
        """Return an object, or None when there is none."""

        def attempt() -> Found:
            answer = self._client.get_object(**self._name(key))
            headers = answer["ResponseMetadata"]["HTTPHeaders"]
            now = email.utils.parsedate_to_datetime(headers["date"])
            age = (now - answer["LastModified"]).total_seconds()
            return Found(answer["Body"].read(), answer["ETag"], age)

        try:
            return self._patiently(attempt, f"read {key}", patience)
        except GoneError:
            return None

    def put(
        self, key: str, content: bytes, *, replaces: str | None, patience: float | None = None
    ) -> str:
        """Write an object in place of the one with the ETag `replaces`, None for a new one.

        Returns its ETag. Raises `ConditionError` when the object is another one by now, or exists.
        """
        condition = {"IfNoneMatch": "*"} if replaces is None else {"IfMatch": replaces}

        def attempt() -> str:
            return self._client.put_object(**self._name(key), Body=content, **condition)["ETag"]

        try:
            return self._patiently(attempt, f"write {key}", patience)
        except (ConditionError, GoneError) as error:
            # The answer to an attempt may be lost after the server has acted on it.
            found = self.get(key, patience)
            if found is not None and found.content == content:
                return found.etag
            raise ConditionError(key) from error

    def put_whole(self, key: str, content: bytes) -> None:
        """Write a small object, whatever was there."""
        self._patiently(
            lambda: self._client.put_object(**self._name(key), Body=content), f"write {key}"
        )

    def upload(self, path: Path, key: str) -> None:
        """Write a file as an object, in parts when it is large."""

        def attempt() -> None:
            with path.open("rb") as file:
                self._client.upload_fileobj(file, self._bucket, self._prefix + key)

        self._patiently(attempt, f"write {key}")

    def download(self, key: str, path: Path) -> None:
        """Write an object to a file, in parts when it is large. Raises `GoneError` without one."""

        def attempt() -> None:
            answer = self._client.get_object(**self._name(key))
            with closing(answer["Body"]) as body:
                if answer["ContentLength"] <= _SMALL:  # most are: one request, where parts cost two
                    path.write_bytes(body.read())
                    return
            self._client.download_file(self._bucket, self._prefix + key, str(path))

        self._patiently(attempt, f"read {key}")

    def keys(self, prefix: str) -> Iterator[str]:
        """Return the keys that begin with `prefix`: one request for a thousand."""
        after = ""
        while True:
            page = self._patiently(
                lambda after=after: self._client.list_objects_v2(
                    Bucket=self._bucket,
                    Prefix=self._prefix + prefix,
                    StartAfter=after,
                    MaxKeys=_PAGE,
                ),
                f"list {prefix}",
            )
            keys = [item["Key"] for item in page.get("Contents", [])]
            yield from (key.removeprefix(self._prefix) for key in keys)
            if not page["IsTruncated"]:
                return
            after = keys[-1]

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; those that are gone already are no error."""
        named = [{"Key": self._prefix + key} for key in keys]
        for start in range(0, len(named), _PAGE):
            batch = {"Objects": named[start : start + _PAGE], "Quiet": True}
            answer = self._patiently(
                lambda batch=batch: self._client.delete_objects(Bucket=self._bucket, Delete=batch),
                "remove old objects",
            )
            for error in answer.get("Errors", [])[:1]:
                raise self._error("remove old objects", error["Code"])

    def _name(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _patiently(
        self, attempt: Callable[[], Any], what: str, patience: float | None = None
    ) -> Any:
        """Call `attempt` until it succeeds, fails for good, or patience is at its end."""
        from boto3.exceptions import RetriesExceededError
        from botocore import exceptions as boto
        from botocore.parsers import ResponseParserError

        patience = self.patience if patience is None else patience
        deadline, pause = None, 0.25
        while True:
            try:
                return attempt()
            except boto.ClientError as error:
                reason = str(error.response.get("Error", {}).get("Code", ""))
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
                if status == 412:
                    raise ConditionError(what) from error
                if reason in ("NoSuchKey", "404"):
                    raise GoneError(
                        f"{self.url}: could not {what}: it is gone. A run that was reading while "
                        "newer versions were made runs again; otherwise materialize it again"
                    ) from error
                if status < 500 and not {str(status), reason} & _PASSING:
                    raise self._error(what, reason) from error
                failure = error
            except (
                boto.ConnectionError,
                boto.HTTPClientError,
                boto.IncompleteReadError,
                ResponseParserError,
                RetriesExceededError,
                ConnectionError,
            ) as error:
                reason, failure = type(error).__name__, error
            except boto.BotoCoreError as error:
                raise self._error(what, type(error).__name__) from error
            now = time.monotonic()
            if deadline is None:
                deadline = now + patience
                _log.warning("%s does not answer (%s); waiting for it", self.url, reason)
            if now + pause > deadline:
                raise StoreError(
                    f"{self.url} has not answered for {patience:.0f} s ({reason}); could not "
                    f"{what}. What is stored is not lost: see that the server is up and that "
                    "AWS_ENDPOINT_URL names it, and run again"
                ) from failure
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _error(self, what: str, code: str) -> StoreError:
        advice = _ADVICE.get(code, "the server or its client library refused this")
        return StoreError(f"{self.url}: could not {what} ({code}): {advice}")
