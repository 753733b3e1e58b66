# rainapp: two commands do everything on a new machine.
#
#   make run     install what is missing, derain the bundled samples into out/, open the window on them
#   make test    install what is missing, then format, lint, types and the whole test suite
#   make check   format, lint and types only
#   make docs    build the manual into out/docs
#   make translations   take new texts into resources/translations and compile them
#   make clean   remove .venv, out/ and caches
#
# PYTHON=/path/to/python3 picks the interpreter; PYTEST="-k photo" narrows the tests.

.PHONY: run test check docs translations clean setup setup-test setup-docs
.DEFAULT_GOAL := run

run: setup
	@sh build/demo.sh

test: check
	@QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -v --session-timeout=1500 --durations=10 --durations-min=5 $(PYTEST)

check: setup-test
	@.venv/bin/python -m ruff format --check .
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m mypy

docs: setup-docs
	@.venv/bin/python build/reference.py --check
	@.venv/bin/python -m sphinx -q -a -E -W --keep-going -b html -c build/site -d out/docs-cache docs out/docs
	@echo "The manual: out/docs/index.html"

translations: setup-test
	@.venv/bin/python build/translations.py

setup:
	@PYTHON="$(PYTHON)" sh build/setup.sh run

setup-test:
	@PYTHON="$(PYTHON)" sh build/setup.sh test

setup-docs:
	@PYTHON="$(PYTHON)" sh build/setup.sh docs

clean:
	rm -rf .venv out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
