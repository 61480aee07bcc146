"""ROUGE-L of an answer (Lin 2004, https://aclanthology.org/W04-1013/), by rouge-score."""


def rouge_l(prediction: str, reference: str) -> float | None:
    """Return the F-measure of the longest common subsequence of words, 0..100.

    Words are lower-case runs of ASCII letters and digits, not stemmed. None when the reference has
    no such word: the measure is not defined then.
    """
    from rouge_score.rouge_scorer import RougeScorer
    from rouge_score.tokenizers import DefaultTokenizer

    tokenizer = DefaultTokenizer(use_stemmer=False)
    if not tokenizer.tokenize(reference):
        return None
    scorer = RougeScorer(["rougeL"], tokenizer=tokenizer)
    return 100.0 * scorer.score(reference, prediction)["rougeL"].fmeasure
