# neoplex: what can be done here.
# Two commands are all a newcomer needs: `make run` (build the graph, show the tour) and `make test`.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --warn-undefined-variables
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# --- set up ---------------------------------------------------------------------------------------------------------
# The main job takes the run-time packages, figures and spreadsheets; tests, types and the reasoner come with the second stamp.

$(VENV)/.run-time: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[figures,excel]'
	@touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.run-time
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# --- the main job ---------------------------------------------------------------------------------------------------

ONTOLOGY_INPUTS := $(wildcard data/anatomy/*.tsv data/terms/*.tsv data/sources/*.tsv data/*.tsv ontology/modules/*.ttl \
	src/neoplex/base/*.py src/neoplex/model/*.py src/neoplex/read/*.py src/neoplex/ontology/*.py)

build/.ontology: $(ONTOLOGY_INPUTS) $(VENV)/.run-time
	@$(BIN)/python -m neoplex.ontology.generate
	@mkdir -p build && touch $@

.PHONY: run
run: build/.ontology ## build what changed, then show what the graph knows of the five papers
	@$(BIN)/neoplex build
	@$(BIN)/neoplex tour

.PHONY: build
build: $(VENV)/.run-time ## tables, ontology and cases to the embedded store
	@$(BIN)/neoplex build

.PHONY: ontology
ontology: $(VENV)/.dev ## regenerate ontology/generated and neoplex.owl, classify with HermiT when something changed
	@$(BIN)/python -m neoplex.ontology.generate
	@$(BIN)/python -m neoplex.ontology.classify

# --- proof ----------------------------------------------------------------------------------------------------------

.PHONY: test
test: $(VENV)/.dev ## all tests (no network once installed)
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

.PHONY: lint
lint: $(VENV)/.dev ## ruff and mypy --strict
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

.PHONY: check
check: $(VENV)/.run-time ## faults in ontology, data and mappings; rows in, encoded, left out
	@$(BIN)/neoplex check

.PHONY: bench
bench: $(VENV)/.dev ## speed and memory as ratios against a named peer in the same run
	@$(BIN)/python -m tests.bench $(ARGS)

# Foreign tools live in an environment of their own. Each is installed by itself, so that one that cannot be had is skipped and not
# the rest; `# jars` means: only for the Java libraries in the wheel. rapper and Jena come from the system (apt-get install
# raptor2-utils libapache-jena-java default-jre).

.venv-interop/.stamp: tests/interop/requirements.txt
	@test -x .venv-interop/bin/python || $(PYTHON) -m venv .venv-interop
	@while read -r wanted mark; do \
	    case "$$wanted" in ''|\#*) continue;; esac; \
	    flags=; case "$$mark" in *jars*) flags=--no-deps;; esac; \
	    .venv-interop/bin/python -m pip install --quiet --disable-pip-version-check $$flags "$$wanted" \
	        || echo "cannot be installed: $$wanted" >&2; \
	done < tests/interop/requirements.txt
	@touch $@

.PHONY: interop
interop: $(VENV)/.dev .venv-interop/.stamp build/.ontology ## let foreign tools read every export; a table of format × tool × result
	@$(BIN)/neoplex build
	@$(BIN)/python -m tests.interop --tools "$$PWD/.venv-interop/bin/python" --folder build/interop $(ARGS)

# --- the rest -------------------------------------------------------------------------------------------------------

.PHONY: docs
docs: $(VENV)/.dev build/.ontology ## command reference, the pictures of the README, and the site in build/site
	@$(BIN)/python -m neoplex.cli.reference
	@$(BIN)/neoplex build
	@$(BIN)/neoplex site -o build/site
	@$(BIN)/neoplex draw capek-2015 --argued --time -o docs/pictures/course.svg
	@$(BIN)/neoplex draw --site "left psoas major" -o docs/pictures/psoas.svg
	@$(BIN)/neoplex draw --what pain --source sanuki-2022 -o docs/pictures/pain.svg

.PHONY: clean
clean: ## remove what is built (not the cases you added)
	@rm -rf build/store build/site build/.ontology dist .pytest_cache .mypy_cache .ruff_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 12
