"""BLEU of an answer (Papineni et al. 2002, https://aclanthology.org/P02-1040/), by sacrebleu."""


def sentence_bleu(prediction: str, reference: str) -> float:
    """Return sentence BLEU, 0..100.

    Sentence and not corpus BLEU: each item has its own value, so that the same bootstrap over items
    gives its interval. Means of it are not to be compared with corpus BLEU in the literature.
    Signature: `nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp` (Post 2018, arXiv:1804.08771).
    Raises `ValueError` when the reference is empty.
    """
    from sacrebleu.metrics.bleu import BLEU

    if not reference.strip():
        raise ValueError("BLEU needs a reference, and it is empty")
    # Effective order: a reference of three words cannot match a 4-gram.
    metric = BLEU(effective_order=True)
    return metric.sentence_score(prediction, [reference]).score
