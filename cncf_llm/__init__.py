"""Open data sets and fine-tuned language models from the CNCF landscape, as Dagster assets."""

__version__ = "0.1.0"
