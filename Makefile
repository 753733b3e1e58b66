# rainapp: two commands do everything on a new machine.
#
#   make run     install what is missing, derain the bundled samples into out/, open the window on them
#   make test    install what is missing, then format, lint, types and the whole test suite
#   make check   format, lint and types only
#   make docs    build the manual into out/docs
#   make translations   take new texts into resources/translations and compile them
#   make bundle  freeze the application into a folder that needs no Python: dist/rainapp-VERSION-SYSTEM
#   make bundle-test  try that folder out, copied elsewhere, with an empty environment
#   make packages     pack it for Linux: an archive with an installer, and a .deb
#   make clean   remove .venv, out/ and caches
#
# PYTHON=/path/to/python3 picks the interpreter; PYTEST="-k photo" narrows the tests.

.PHONY: run test check docs translations bundle bundle-test packages clean setup setup-test setup-docs setup-bundle
.DEFAULT_GOAL := run

run: setup
	@sh build/demo.sh

test: check
	@QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -v --session-timeout=2000 --durations=10 --durations-min=5 $(PYTEST)

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

bundle: setup-bundle
	@.cache/bundle-venv/bin/python build/make_bundle.py

bundle-test: setup-bundle
	@.cache/bundle-venv/bin/python build/bundle_test.py

packages: setup-bundle
	@.cache/bundle-venv/bin/python build/packages.py

setup:
	@PYTHON="$(PYTHON)" sh build/setup.sh run

setup-test:
	@PYTHON="$(PYTHON)" sh build/setup.sh test

setup-docs:
	@PYTHON="$(PYTHON)" sh build/setup.sh docs

setup-bundle:
	@PYTHON="$(PYTHON)" sh build/setup.sh bundle

clean:
	rm -rf .venv .cache/bundle .cache/bundle-venv out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
