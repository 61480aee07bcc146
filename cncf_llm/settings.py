"""All settings, from the environment (prefix `CNCF_LLM_`) or a `.env` file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """What a deployment may decide. Relative paths are relative to the working directory."""

    model_config = SettingsConfigDict(env_prefix="CNCF_LLM_", env_file=".env", extra="ignore")

    home: Path = Field(
        default=Path(".cncf_llm"), description="data, models, MLflow database, Dagster's home"
    )
    store: str | None = Field(
        default=None,
        description="where asset data is kept: a folder, or s3://bucket/prefix; "
        "unset: `data` under HOME",
    )
    landscape: str | None = Field(
        default=None,
        description="path or https URL of a landscape.yml; unset: the embedded sample",
    )
    projects: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="keys of the projects that become partitions, comma-separated; unset: all",
    )
    mirror: Path | None = Field(
        default=None,
        description="folder of <owner>__<name>.bundle or bare repositories, used in place of "
        "every remote",
    )
    offline: bool = Field(default=False, description="refuse to leave the machine or cluster")
    crawl: bool = Field(
        default=False, description="crawl project websites and ask the Stack Exchange API"
    )
    stackexchange_key: SecretStr | None = Field(
        default=None,
        description="key of the Stack Exchange API: 10,000 requests a day instead of 300",
    )
    base_model: str = Field(
        default="embedded",
        description="`embedded` (trained from the corpus), a local folder, or a hub id",
    )
    allowed_licences: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("apache-2.0", "mit", "bsd-3-clause", "cc-by-4.0", "llama3.2", "gemma"),
        description="licences that a base model may have (SPDX or hub ids), comma-separated",
    )
    document_licences: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "CC-BY-3.0",
            "CC-BY-4.0",
            "CC-BY-SA-2.5",
            "CC-BY-SA-3.0",
            "CC-BY-SA-4.0",
            "CC0-1.0",
            "ISC",
            "MIT",
            "MPL-2.0",
            "Unlicense",
        ),
        description="licences that a document may have to be read (SPDX ids), comma-separated; "
        "`unknown` lets in those without one",
    )
    recognizer: str = Field(
        default="embedded",
        description="`embedded` (trained from the corpus) or the folder of a spaCy pipeline whose "
        "entity labels are the twelve of the guidelines",
    )
    retrain_drift: float = Field(
        default=0.2,
        ge=0.0,
        le=1.0,
        description="share of changed passages at which recognizer and embedded model are "
        "trained anew",
    )
    retrain_changed_tokens: float = Field(
        default=0.1,
        ge=0.0,
        le=1.0,
        description="share of a project's training tokens that its adapter has not seen, at which "
        "it is retrained",
    )
    retrain_stale_pairs: float = Field(
        default=0.05,
        ge=0.0,
        le=1.0,
        description="share of the pairs an adapter learned that are gone or answered otherwise by "
        "now, at which it is retrained; less than of new ones, since a wrong answer does more harm "
        "than a missing one",
    )
    retrain_new_kinds: int = Field(
        default=1,
        ge=1,
        description="kinds of questions that an adapter never saw, at which it is retrained",
    )
    retrain_cool_down_hours: float = Field(
        default=24.0,
        ge=0.0,
        description="hours from one training of an adapter, or from a failed one, to the next that "
        "the sensor asks for",
    )
    retrain_gpu_hours_per_week: float = Field(
        default=40.0,
        ge=0.0,
        description="GPU hours of any seven days, trainings and scorings together, beyond which "
        "the sensor asks for none; 0: it never asks",
    )
    entity_dev_set: Path | None = Field(
        default=None,
        description="JSON lines of annotated sentences that the recognizer is scored on; unset: "
        "the sample's",
    )
    llm_base_url: str | None = Field(
        default=None,
        description="OpenAI-compatible endpoint of a model that writes pairs: http://host:8000/v1",
    )
    llm_model: str | None = Field(
        default=None,
        description="name of that model at its endpoint; without an endpoint, a local model folder",
    )
    llm_api_key: SecretStr | None = Field(default=None, description="key of the endpoint")
    llm_concurrency: int = Field(
        default=16, ge=1, le=1024, description="requests under way at the endpoint at once"
    )
    llm_max_passages: int = Field(
        default=200,
        ge=0,
        description="budget of a project: passages that the model is asked about, two or three "
        "linked ones counted as one, and one asked about for two kinds of pairs as two",
    )
    llm_prompt_price: float | None = Field(
        default=None, ge=0.0, description="price of a million tokens sent, for the cost shown"
    )
    llm_completion_price: float | None = Field(
        default=None, ge=0.0, description="price of a million tokens received"
    )
    nli_model: Path | None = Field(
        default=None,
        description="folder of a model for natural language inference that judges whether passages "
        "entail answers; unset: words and names decide",
    )
    judge: bool = Field(
        default=False,
        description="let the model of LLM_MODEL judge every pair, too: one request for each answer",
    )
    evaluation_sets: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description="files (.jsonl, .parquet, .csv) with a column `question` that no training pair "
        "may give away, comma-separated",
    )
    external_sets: Path | None = Field(
        default=None,
        description="YAML list of question-answer sets of others, with licences, to be merged",
    )
    kind_share: float = Field(
        default=0.4,
        gt=0.0,
        le=1.0,
        description="share of a project's pairs that one kind of question may have in the data set",
    )
    project_pairs: int = Field(
        default=10_000, ge=1, description="pairs of one project in the data set, at most"
    )
    executor: Literal["local", "kubernetes"] = Field(
        default="local", description="where the steps of a run are executed"
    )
    gpu_product: str | None = Field(
        default=None,
        description="GPU that training and scoring ask for: a value of the node label "
        "nvidia.com/gpu.product; unset: any",
    )
    pod_wait_hours: float = Field(
        default=6.0,
        gt=0.0,
        description="hours that a step's pod may wait for a node with room, such as a free GPU",
    )
    train_nodes: int = Field(
        default=1,
        ge=1,
        le=64,
        description="machines that train the landscape adapter together; above 1, as a TrainJob of "
        "Kubeflow Trainer",
    )
    train_gpus: int = Field(
        default=1, ge=0, le=16, description="GPUs of each of them; 0: they train on their CPUs"
    )
    train_runtime: str = Field(
        default="torch-distributed",
        description="the ClusterTrainingRuntime of that TrainJob",
    )
    train_image: str | None = Field(
        default=None, description="its image; unset: that of the step's own pod"
    )
    ui_url: str | None = Field(
        default=None, description="address of Dagster's UI, for the links in notifications"
    )
    webhook_url: SecretStr | None = Field(
        default=None,
        description="URL that gets a JSON message for each run that failed; `text` as Slack has it",
    )
    email_to: str | None = Field(
        default=None, description="address that gets a mail for each run that failed"
    )
    email_from: str | None = Field(default=None, description="its sender; unset: EMAIL_TO")
    smtp_url: SecretStr | None = Field(
        default=None,
        description="server that sends it: smtp://host:587 (STARTTLS where offered) or "
        "smtps://user:password@host:465",
    )
    seed: int = 0
    mlflow_tracking_uri: str | None = Field(
        default=None,
        validation_alias=AliasChoices("MLFLOW_TRACKING_URI", "CNCF_LLM_MLFLOW_TRACKING_URI"),
        description="unset: a SQLite database under HOME",
    )

    @field_validator(
        "allowed_licences", "document_licences", "evaluation_sets", "projects", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(filter(None, map(str.strip, value.split(","))))
            if isinstance(value, str)
            else value
        )

    @property
    def store_root(self) -> str:
        return self.store or str((self.home / "data").absolute())

    @property
    def tracking_uri(self) -> str:
        return self.mlflow_tracking_uri or f"sqlite:///{(self.home / 'mlflow.db').absolute()}"
