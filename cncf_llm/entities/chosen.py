"""A spaCy pipeline that the operator chose in place of the trained component.

It is a folder written by spaCy's `to_disk`, for example a transformer's. Loading it runs components
that installed packages registered, and nothing of the folder's own: it may hold no Python file, no
pickle and no link.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cncf_llm.entities.labels import LABELS
from cncf_llm.entities.recognizer import MODEL, RecognizerError
from cncf_llm.store import content_hash

if TYPE_CHECKING:
    from spacy.language import Language

_REFUSED = frozenset({".py", ".pyc", ".so", ".pkl", ".pickle", ".joblib", ".pt", ".pth"})
_MOST_FILES = 1000


def load_pipeline(folder: Path) -> "Language":
    """Load the pipeline in `folder`, on the GPU where spaCy finds one.

    Raises `RecognizerError` when there is none, when it holds what could run code of its own, or
    when none of its labels is one of ours.
    """
    import spacy
    from thinc.api import prefer_gpu

    _files(folder)
    prefer_gpu()
    try:
        nlp = spacy.load(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecognizerError(
            f"{folder}: spaCy cannot load it ({error}); its components may need a package that is "
            "not installed here"
        ) from error
    labels = {label for given in nlp.pipe_labels.values() for label in given}
    if labels.isdisjoint(LABELS):
        raise RecognizerError(
            f"{folder}: none of its labels ({', '.join(sorted(labels)) or 'it has none'}) is one "
            f"of {', '.join(LABELS)}; rename them before it can be used"
        )
    return nlp


def pipeline_digest(folder: Path) -> str:
    """Name a pipeline folder by the content of its files. Raises `RecognizerError` as above."""
    parts = [
        f"{path.relative_to(folder).as_posix()} {content_hash(path.read_bytes())}"
        for path in _files(folder)
    ]
    return content_hash("\n".join(parts))


def adopt_pipeline(source: Path, recognizer: Path) -> None:
    """Copy a pipeline into a recognizer's folder, whose trained component it replaces."""
    for path in _files(source):
        target = recognizer / MODEL / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _files(folder: Path) -> list[Path]:
    if not (folder / "config.cfg").is_file():
        raise RecognizerError(
            f"{folder} is no spaCy pipeline (it has no config.cfg); set CNCF_LLM_RECOGNIZER to "
            "`embedded` or to a folder that spaCy's to_disk wrote"
        )
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise RecognizerError(f"{path}: a pipeline may hold no links; copy the file itself")
        if path.suffix.lower() in _REFUSED:
            raise RecognizerError(f"{path}: a pipeline may hold no code and no pickles")
        if path.is_file():
            found.append(path)
        if len(found) > _MOST_FILES:
            raise RecognizerError(f"{folder}: more than {_MOST_FILES} files; is it a pipeline?")
    return found
