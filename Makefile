# The project's own commands. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Errors only: pip warns of mirrors and of root, setuptools of every editable installation, which this is meant to be.
INSTALL := PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --editable
TPPO_SHARED ?=
WORKERS ?= 2
# What the tests need beside Python, as Debian and Ubuntu name it: a database server, a browser, text recognition.
SYSTEM_PACKAGES := postgresql chromium tesseract-ocr tesseract-ocr-ind fonts-dejavu-core poppler-utils
APT := DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench check-shared clean

help:
	@echo "make demo          scan the sample sources and show the alerts"
	@echo "make test          run every test"
	@echo "make lint          style and import direction"
	@echo "make bench         timings"
	@echo "make check-shared  measure on data outside the clone: TPPO_SHARED=path make check-shared"
	@echo "make clean         remove what the commands above made"

demo: $(VENV)/.installed
	@$(BIN)/tppo-watch scan --demo demo

test: $(VENV)/.tested $(VENV)/.system
	@$(BIN)/python -m pytest -n $(WORKERS)

lint: $(VENV)/.tested
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --config setup.cfg

bench: $(VENV)/.tested $(VENV)/.system
	@$(INSTALL) '.[bench]'
	@$(BIN)/python -m benchmarks.speed
	@$(BIN)/python -m benchmarks.growth
	@$(BIN)/python -m benchmarks.cluster
	@$(BIN)/python -m benchmarks.partitions
	@$(BIN)/python -m benchmarks.kill
	@$(BIN)/python -m benchmarks.storage
	@$(BIN)/python -m benchmarks.campaigns
	@$(BIN)/python -m benchmarks.signals
	@$(BIN)/python -m benchmarks.terms
	@$(BIN)/python -m benchmarks.scan
	@$(BIN)/python -m benchmarks.schedule
	@$(BIN)/python -m benchmarks.feeds
	@$(BIN)/python -m benchmarks.load

check-shared: $(VENV)/.tested
	@test -d "$(TPPO_SHARED)/data" || { echo "no data under TPPO_SHARED='$(TPPO_SHARED)'; call: TPPO_SHARED=path make check-shared" >&2; exit 1; }
	@TPPO_SHARED="$(TPPO_SHARED)" $(BIN)/python -m pytest -n $(WORKERS) tests/shared
	@$(BIN)/tppo-watch evaluate "$(TPPO_SHARED)/data/dev.jsonl" --pairs "$(TPPO_SHARED)/data/dev_pairs.jsonl" \
	  --public "$(TPPO_SHARED)/data/real" --slices

clean:
	rm -rf $(VENV) demo build dist *.egg-info .pytest_cache .hypothesis .ruff_cache .import_linter_cache .coverage

# A stamp is written only after everything before it succeeded, so an interrupted run starts where it stopped.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed. If it has another name: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing $$package, which Debian keeps apart from Python"; \
	    { apt-get update -qq && $(APT) $$package; } >/dev/null; \
	  else \
	    echo "Python's venv module is missing. Install it and call make again: sudo apt-get install $$package" >&2; exit 1; \
	  fi; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made setup.cfg pyproject.toml
	@echo "installing tppo-watch into $(VENV) (a minute or two the first time)"
	@$(INSTALL) '.[console,reports,scan]'
	@touch $@

$(VENV)/.tested: $(VENV)/.made setup.cfg pyproject.toml
	@echo "installing tppo-watch and what its tests need into $(VENV) (a minute or two the first time)"
	@$(INSTALL) '.[test]'
	@touch $(VENV)/.installed $@

$(VENV)/.system: $(VENV)/.made Makefile
	@missing=$$(for package in $(SYSTEM_PACKAGES); do \
	    dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || echo $$package; \
	  done); \
	missing=$$(echo $$missing); \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing $$missing"; \
	    { apt-get update -qq && $(APT) $$missing; } >/dev/null; \
	  else \
	    echo "The tests need packages of the system. Install them and call make again: sudo apt-get install $$missing" >&2; exit 1; \
	  fi; \
	fi
	@touch $@
