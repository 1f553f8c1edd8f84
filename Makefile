# `make demo` and `make test` need Python 3.11 or later and make; all else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test bench clean

demo: $(VENV)/installed
	@mkdir -p build
	$(BIN)/xvmgate build nevada-snv121-dvd -o build/snv_121.iso
	$(BIN)/xvmgate check build/snv_121.iso

test: $(VENV)/tox
	$(BIN)/tox run --quiet

bench: $(VENV)/installed
	$(BIN)/python -m compileall -q fixtures engine media-builders conformance reports
	$(BIN)/python bench/check.py
	$(BIN)/python bench/build.py
	$(BIN)/python bench/capture.py
	$(BIN)/python bench/engine.py
	$(BIN)/python bench/extract.py
	$(BIN)/python bench/remote.py

$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "xvmgate needs Python 3.11 or later; say make PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml
	$(BIN)/pip install --quiet --editable .
	$(BIN)/python -m compileall -q fixtures engine media-builders conformance reports
	@touch $@

$(VENV)/tox: $(VENV)/python
	$(BIN)/pip install --quiet 'tox>=4.23'
	@touch $@

clean:
	rm -rf $(VENV) .tox build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
