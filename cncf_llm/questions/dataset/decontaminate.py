"""Finding training pairs that give a benchmark item or a row of an evaluation set away.

Two measures, both on words without case and punctuation.

- **n-grams.** Questions: equal, or at least `SAME_QUESTION` of their word trigrams in common.
  Answers: equal with an equal subject, or a run of `RUN` words in common, the length that Brown et
  al. 2020 (GPT-3, appendix C) use.
- **MinHash** (Broder 1997) over content words, which finds what was reworded or reordered: it
  proposes, and the exact similarity of words and names decides.

`recall` items ask for what training states, in other phrasings of the same words. So their answers
are meant to be in the training pairs, and their questions are compared by n-grams alone.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cncf_llm.questions.dataset.reworded import Reworded, reworded
from cncf_llm.questions.facts import Drop
from cncf_llm.questions.words import ngrams, normalised, words

SAME_QUESTION = 0.8
RUN = 13

_Gram = tuple[str, ...]


@dataclass(frozen=True)
class Benchmark:
    """Benchmark items and rows of evaluation sets, indexed for comparison with many pairs."""

    questions: Mapping[str, str]  # normalised question to item id
    grams: tuple[tuple[str, frozenset[_Gram]], ...]  # item id and trigrams of its question
    grams_at: Mapping[_Gram, list[int]]  # trigram to positions in `grams`
    answers: Mapping[tuple[str, str], str]  # normalised subject and answer of unseen items
    runs: Mapping[_Gram, str]  # word runs of unseen items' answers
    reworded: Reworded  # what only MinHash finds

    @property
    def items(self) -> int:
        return len(self.grams)


def index(items: pl.DataFrame) -> Benchmark:
    """Index a benchmark: rows with `item_id`, `set`, `subject`, `question` and `answer`.

    `set` is recall or unseen, as in ITEMS, or another word for rows of evaluation sets.
    """
    questions, answers, runs = {}, {}, {}
    grams: list[tuple[str, frozenset[_Gram]]] = []
    grams_at: dict[_Gram, list[int]] = defaultdict(list)
    unseen = items.filter(pl.col("set") != "recall").sort("item_id")
    for row in items.sort("item_id").to_dicts():
        item_id = row["item_id"]
        questions[normalised(row["question"])] = item_id
        trigrams = frozenset(ngrams(words(row["question"]), 3))
        for gram in sorted(trigrams):
            grams_at[gram].append(len(grams))
        grams.append((item_id, trigrams))
    for row in unseen.to_dicts():
        if row["subject"]:
            answers[normalised(row["subject"]), normalised(row["answer"])] = row["item_id"]
        runs |= dict.fromkeys(_runs(row["answer"]), row["item_id"])
    return Benchmark(questions, tuple(grams), grams_at, answers, runs, reworded(unseen))


def leak(pair: Mapping[str, str], benchmark: Benchmark) -> Drop | None:
    """Return why a pair may not train a model that this benchmark measures, or None."""
    return leak_by_ngrams(pair, benchmark) or leak_by_minhash(pair, benchmark)


def leak_by_ngrams(pair: Mapping[str, str], benchmark: Benchmark) -> Drop | None:
    """Return what the first measure finds, or None."""
    question = normalised(pair["question"])
    if question in benchmark.questions:
        item = benchmark.questions[question]
        return Drop("benchmark-question", f"{pair['question']} is asked by {item}")
    close = _close_question(pair["question"], benchmark)
    if close:
        return Drop("benchmark-question", f"{pair['question']} is nearly asked by {close}")
    item = benchmark.answers.get((normalised(pair["subject"]), normalised(pair["answer"])))
    if item:
        return Drop("benchmark-answer", f"{pair['question']} has the answer of {item}")
    for run in sorted(_runs(pair["answer"])):
        if run in benchmark.runs:
            detail = f"{pair['question']} shares with {benchmark.runs[run]}: {' '.join(run)}"
            return Drop("benchmark-answer", detail)
    return None


def leak_by_minhash(pair: Mapping[str, str], benchmark: Benchmark) -> Drop | None:
    """Return what the second measure finds, or None."""
    if item := benchmark.reworded.question(pair["question"]):
        return Drop("benchmark-question", f"{pair['question']} is asked in other words by {item}")
    if item := benchmark.reworded.answer(pair["answer"]):
        return Drop("benchmark-answer", f"{pair['question']} rewords the answer of {item}")
    return None


def leaks(pairs: pl.DataFrame, benchmark: Benchmark) -> dict[str, Drop]:
    """Return a drop for each pair (by qa_id) that gives an item away."""
    found = {}
    for row in pairs.select("qa_id", "question", "answer", "subject").to_dicts():
        drop = leak(row, benchmark)
        if drop:
            found[row["qa_id"]] = drop
    return found


def contamination(rows: pl.DataFrame, benchmark: Benchmark) -> dict[str, int]:
    """Count the rows that give an item away, by each measure: `ngrams` and `minhash`."""
    pairs = rows.select("question", "answer", "subject").to_dicts()
    return {
        "ngrams": sum(leak_by_ngrams(pair, benchmark) is not None for pair in pairs),
        "minhash": sum(leak_by_minhash(pair, benchmark) is not None for pair in pairs),
    }


def _close_question(question: str, benchmark: Benchmark) -> str | None:
    """Return the item whose question has most trigrams in common, if they are enough.

    Two sets with a Jaccard similarity of t share at least t of either's members, so an item that
    is close enough has one of the (1 - t) rarest trigrams, and only those are looked up.
    """
    own = ngrams(words(question), 3)
    needed = math.ceil(SAME_QUESTION * len(own))
    rarest = sorted(own, key=lambda gram: (len(benchmark.grams_at.get(gram, ())), gram))
    candidates = Counter(
        position
        for gram in rarest[: len(own) - needed + 1]
        for position in benchmark.grams_at.get(gram, ())
    )
    for position in sorted(candidates):
        item_id, other = benchmark.grams[position]
        if len(own & other) >= SAME_QUESTION * len(own | other):
            return item_id
    return None


def _runs(answer: str) -> set[_Gram]:
    tokens = words(answer)
    return ngrams(tokens, RUN) if len(tokens) >= RUN else set()
