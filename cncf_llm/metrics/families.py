"""Shorthand for families of metrics, all with the prefix `cncf_llm_`."""

from collections.abc import Mapping, Sequence

from prometheus_client.core import GaugeMetricFamily, Metric


def gauge(
    name: str, text: str, labels: Sequence[str], samples: Mapping[tuple[str, ...], float]
) -> Metric:
    """Return a gauge; `samples` gives a value for each tuple of label values."""
    family = GaugeMetricFamily(f"cncf_llm_{name}", text, labels=labels)
    for values, value in sorted(samples.items()):
        family.add_metric(values, value)
    return family
