# Each target sets up what it needs by itself: the environment in .venv once, then again only when its pins change.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
# What Python has compiled once it keeps, whatever the caller's habit: programs start twice as fast.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
STACK ?= vpc-cni-direct-native
# For every platform and every Python that the project supports.
PIN = $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make pins' $(if $(UPGRADE),--upgrade)

.PHONY: help preview scenarios test check format docs pins hooks bench tools e2e lab soundness software languages thorough clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/.runtime: requirements.txt requirements-install.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "realip needs Python 3.11 or later; name one with make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@test -t 2 && printf 'Setting up .venv, once (some seconds)...\n' >&2 || true
	@$(PYTHON) -m tools environment requirements.txt
	@touch $@

$(BIN)/.dev: $(BIN)/.runtime requirements-dev.txt
	@test -t 2 && printf 'Adding what checks and tests need, once...\n' >&2 || true
	@$(PYTHON) -m tools environment requirements-dev.txt
	@touch $@

preview: $(BIN)/.runtime ## what a stack would create, offline (STACK=...)
	@$(BIN)/python -m realip preview $(STACK)

scenarios: $(BIN)/.runtime ## the scenarios and the decision graph
	@$(BIN)/python -m realip scenarios

test: $(BIN)/.dev ## the tests, with branch coverage; no engine, no cluster, no network
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -n 2
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --fail-under=95

check: $(BIN)/.dev ## lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(BIN)/.dev ## put the code into the project's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(BIN)/.dev ## write what the programs say into the documentation
	@$(BIN)/python -m docs.refresh

pins: $(BIN)/.runtime ## exact versions and hashes of what pyproject.toml asks for (UPGRADE=1: the newest that fit)
	@$(PIN) pyproject.toml --output-file requirements.txt
	@$(PIN) pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt
	@$(PIN) --group install --output-file requirements-install.txt
	@$(PIN) --group software --output-file tools/software/requirements.txt
	@$(PIN) --group policy --output-file tools/policy/requirements.txt

bench: $(BIN)/.dev ## paired timings against flat programs
	@$(BIN)/python -m benchmarks

tools: ## Pulumi, Kubernetes, etcd and what else the end-to-end tests need, built or found once
	@$(PYTHON) -m tools
	@$(PYTHON) -m tools --policy

e2e: $(BIN)/.dev tools ## every stack's whole life on the real engine, and its objects on a real API server
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/typing tests/cluster
	@$(BIN)/python -m pytest -q -n 3 --dist loadgroup tests/servers tests/engine

lab: $(BIN)/.dev ## every scenario in network namespaces, with real packets (Linux, root)
	@$(PYTHON) -m tools --lab
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup tests/lab

soundness: $(BIN)/.dev ## two thousand modelled set-ups, and whether verify is fooled by one
	@$(BIN)/python -m pytest -q -rP tests/soundness

software: $(BIN)/.dev ## real frameworks and proxies, set up right and wrong, and what verify says of each
	@$(PYTHON) -m tools --software
	@$(BIN)/python -m pytest -q -n 2 tests/software

thorough: $(BIN)/.dev ## properties with new examples, ten times as many and more, and ten thousand set-ups
	@HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest -q -n 2 -m hypothesis
	@HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest -q -rP tests/soundness

languages: $(BIN)/.dev tools ## programs in TypeScript, Go, Java and YAML: SDKs, compilers, whole lives (Node.js, a JDK, Maven)
	@$(PYTHON) -m tools --languages
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup tests/languages

clean: ## remove the environment and what tools left
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* build dist
