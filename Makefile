# Everything sets itself up: each target installs what it needs into .venv first.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin

export CNCF_LLM_HOME ?= .cncf_llm
# Dagster wants an absolute home, and it must exist.
export DAGSTER_HOME ?= $(abspath $(CNCF_LLM_HOME))
# Threads of torch that wait for work must not spin.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: help demo dev test test-fast lint format bench clean

help:  ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "Setting up $(VENV): about four minutes and 4 GB, once"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[all,dev]'
	@touch $@

demo: $(VENV)/.installed  ## Run the whole graph on the embedded sample and show what it made
	@$(BIN)/cncf-llm run; code=$$?; $(BIN)/cncf-llm status; exit $$code
	@echo
	@echo "Look at it:   make dev, then http://localhost:3000 (Dagster) and http://localhost:5000 (MLflow)"
	@echo "Ask for rows: $(BIN)/cncf-llm show qa_pairs --project etcd"
	@echo "Follow one:   $(BIN)/cncf-llm lineage ID"

dev: $(VENV)/.installed  ## Serve the Dagster UI with its daemon (port 3000) and MLflow (port 5000)
	@mkdir -p $(DAGSTER_HOME)
	@test -f $(DAGSTER_HOME)/dagster.yaml || cp cncf_llm/dagster.yaml $(DAGSTER_HOME)/
	@trap 'kill 0' INT TERM EXIT; \
	 MLFLOW_DISABLE_TELEMETRY=true $(BIN)/mlflow server --port 5000 --workers 1 \
	   --backend-store-uri sqlite:///$(abspath $(CNCF_LLM_HOME))/mlflow.db & \
	 $(BIN)/dagster dev -w workspace.yaml --port 3000

test: $(VENV)/.installed  ## Run every test
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

test-fast: $(VENV)/.installed  ## Run the tests that take no more than a few seconds each
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m 'not slow'

lint: $(VENV)/.installed  ## Check style, layering and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright

format: $(VENV)/.installed  ## Format the code
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format -q .

bench: $(VENV)/.installed  ## Time every asset on the sample, in an empty home
	@$(BIN)/python benchmarks/stages.py

clean:  ## Remove the data of the demo (not the environment)
	@rm -rf .cncf_llm
