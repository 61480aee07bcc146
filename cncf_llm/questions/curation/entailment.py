"""The tier `nli`: does a passage entail each sentence of the answer, as a model judges it?

Any sequence classification model for natural language inference in the layout of transformers,
from a local folder. Support is the probability of entailment of the weakest sentence by the best
window of the passages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cncf_llm.questions.curation.case import Case, prose_of
from cncf_llm.questions.sentences import sentences

LEAST = 0.5  # probability of entailment
WINDOW = 200  # words of a passage that the model reads at once
MOST_WINDOWS = 12
MOST_SENTENCES = 20
_BATCH = 16


class EntailmentError(Exception):
    """CNCF_LLM_NLI_MODEL cannot be used. The message says why."""


@dataclass
class Entailment:
    """A model in a local folder. Raises `EntailmentError` when it cannot be used."""

    folder: Path
    _model: Any = field(default=None, repr=False)
    _tokenizer: Any = field(default=None, repr=False)
    _entailed: int = 0

    @property
    def name(self) -> str:
        return self.folder.name

    def support(self, case: Case) -> float:
        """Return the probability (0..1) that the sources entail the answer's weakest sentence.

        The model reads each sentence after the question, so that "it" has something to stand for.
        An answer without sentences, such as code alone, is not for this tier: 1.
        """
        self._load()
        said = sentences(prose_of(case.answer))[:MOST_SENTENCES]
        windows = _windows(case.sources)
        if not said or not windows:
            return 1.0
        pairs = [(window, f"{case.question} {each}") for each in said for window in windows]
        scores = [
            score
            for start in range(0, len(pairs), _BATCH)
            for score in self._score(pairs[start : start + _BATCH])
        ]
        return min(
            max(scores[number * len(windows) : (number + 1) * len(windows)])
            for number in range(len(said))
        )

    def _load(self) -> None:
        if self._model is not None:
            return
        try:
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            raise EntailmentError(
                f"CNCF_LLM_NLI_MODEL needs transformers: pip install 'cncf-llm[train]' ({error})"
            ) from error
        if not (self.folder / "config.json").is_file():
            raise EntailmentError(f"CNCF_LLM_NLI_MODEL: {self.folder} has no config.json")
        try:
            model = AutoModelForSequenceClassification.from_pretrained(
                self.folder, local_files_only=True
            )
            tokenizer = AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise EntailmentError(f"CNCF_LLM_NLI_MODEL: {self.folder}: {error}") from error
        labels = {str(name).lower(): int(number) for number, name in model.config.id2label.items()}
        found = [number for name, number in labels.items() if name.startswith("entail")]
        if len(found) != 1:
            raise EntailmentError(
                f"CNCF_LLM_NLI_MODEL: {self.folder} has no label `entailment`, but "
                f"{', '.join(labels)}: it is no model for natural language inference"
            )
        self._model, self._tokenizer, self._entailed = model.eval(), tokenizer, found[0]

    def _score(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        import torch

        most = min(self._tokenizer.model_max_length, 512)
        batch = self._tokenizer(
            [window for window, _ in pairs],
            [hypothesis for _, hypothesis in pairs],
            truncation=True,
            max_length=most,
            padding=True,
            return_tensors="pt",
        )
        with torch.inference_mode():
            logits = self._model(**batch).logits
        return logits.softmax(-1)[:, self._entailed].tolist()


def _windows(sources: Sequence[str]) -> list[str]:
    """Return overlapping parts of the sources that a model can read at once."""
    found = []
    for source in sources:
        said = source.split()
        starts = range(0, max(1, len(said) - WINDOW // 2), WINDOW // 2)
        found += [" ".join(said[start : start + WINDOW]) for start in starts if said]
    return found[:MOST_WINDOWS]
