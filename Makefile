# eventa-cockpit. `make` alone lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PACKAGE := pyproject.toml hatch_build.py requirements/install.sh
CATALOGUES := $(wildcard src/eventa_cockpit/locale/*/LC_MESSAGES/*.po)
FAULT ?= payment
ARGS ?=
# A machine that was never given a locale still gets its Japanese drawn.
export LANG ?= C.UTF-8

.PHONY: help demo test check format lock bench faults pictures messages clean

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 18

demo: $(STAMPS)/demo $(STAMPS)/messages ## the cockpit in a simulated outage (FAULT=payment|database|frontend)
	@exec $(BIN)/cockpit demo $(FAULT) $(ARGS)

test: $(STAMPS)/dev $(STAMPS)/messages ## the tests that need nothing but Python (ARGS="-k name")
	@$(BIN)/python -m pytest -m "not apt and not long and not package" $(ARGS)

check: $(STAMPS)/dev ## ruff, mypy --strict, import-linter, pinned requirements
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python requirements/check.py
	@$(BIN)/python -m pip check

format: $(STAMPS)/dev ## ruff's fixes and formatting
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(STAMPS)/dev ## resolve pyproject.toml anew into requirements/ (ARGS=--upgrade)
	@requirements/lock.sh $(BIN)/uv $(ARGS)

bench: $(STAMPS)/dev $(STAMPS)/messages ## every figure, each printed last by its own script
	@for script in $$(grep -l '__main__' bench/*.py); do echo "== $$script"; $(BIN)/python $$script; done

faults: $(STAMPS)/dev ## the long form of the fault tests
	@$(BIN)/python -m pytest -m long $(ARGS)

pictures: $(STAMPS)/dev $(STAMPS)/messages ## the documents' pictures, from the simulator
	@$(BIN)/python docs/pictures.py

messages: $(STAMPS)/dev ## collect the sentences into the catalogues, and compile them
	@$(BIN)/pybabel -q extract -F pyproject.toml -k _ -k mark --no-location --sort-output \
	  --project eventa-cockpit -o $(VENV)/cockpit.pot src screens
	@$(BIN)/pybabel -q update -i $(VENV)/cockpit.pot -d src/eventa_cockpit/locale -D cockpit \
	  --no-fuzzy-matching --ignore-obsolete --no-wrap
	@$(BIN)/python hatch_build.py

clean: ## everything that was made, the virtual environment too
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find src screens tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
	@rm -f src/eventa_cockpit/locale/*/LC_MESSAGES/*.mo

# A stamp is newer than what it was made from, so that a second `make` calls no pip. dev.txt holds all of demo.txt.
$(STAMPS)/demo: requirements/demo.txt $(PACKAGE)
	@requirements/install.sh demo
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(PACKAGE)
	@requirements/install.sh dev
	@touch $@ $(STAMPS)/demo

$(STAMPS)/messages: $(CATALOGUES) | $(STAMPS)/demo
	@$(BIN)/python hatch_build.py
	@touch $@
