"""A reader that does what its document says, as a parser with a bug would, in other processes."""

import os
import re
import signal
import time

from cncf_llm.corpus.documents import Document, Read, read_document


def read(document: Document) -> Read:
    match document.content.strip():
        case b"loop in C":
            re.match(r"(a|a)+$", "a" * 60 + "b")
        case b"sleep":
            time.sleep(60)
        case b"explode":
            return [bytearray(10_000_000) for _ in range(1000)]  # pyright: ignore[reportReturnType]
        case b"exit":
            os._exit(3)
        case b"segmentation fault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"print":
            print("noise " * 1000)
            os.write(1, b"noise of a C library")
        case b"environment":
            return read_document(
                Document(
                    document.document_id,
                    document.project,
                    document.path,
                    document.media_type,
                    " ".join(["These variables are set here:", *sorted(os.environ)]).encode(),
                )
            )
    return read_document(document)


# Models are loaded before the first limit begins, so that it can be short.
read_document(
    Document("doc", "demo", "a.md", "text/markdown", b"These are some words of English. " * 9)
)
