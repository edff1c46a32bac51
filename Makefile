# Everything a person needs is here: `make run` opens the window, `make test` runs the tests.
#
#   make run ARGS="--mode blocking"        arguments for the program
#   make test ARGS="-k deadline"           arguments for pytest
#   make run PYTHON=/usr/bin/python3.12    another Python, 3.11 to 3.13
#
# Nothing is installed twice: .ci/packages.sh asks the system what it has, and .ci/venv.sh keeps in .venv what
# pyproject.toml said when it installed.

SHELL = /bin/sh
PYTHON ?=
ARGS ?=
export PYTHON

# In a locale that is not UTF-8 (LC_ALL=C, or one that this machine does not have) Qt warns, and a warning of Qt's
# fails a test.
ifneq ($(shell locale charmap 2>/dev/null),UTF-8)
ifeq ($(shell LC_ALL=C.UTF-8 locale charmap 2>/dev/null),UTF-8)
export LC_ALL = C.UTF-8
endif
endif

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test check bench soak readme translations clean

help:
	@echo 'make run     set everything up and open the window; without a screen: compare both modes'
	@echo 'make test    set up what the tests need as well, and run them'
	@echo 'make check   ruff, mypy and the import rules'
	@echo 'make bench   the figures of the README, measured on this machine'
	@echo 'make soak    sign in a thousand times, and see that memory, files and threads stay what they were'
	@echo 'make setup   only set up'
	@echo 'make readme   write the tables of README.md anew: conditions, and what the tests found'
	@echo 'make translations   bring assets/translations up to date with the program'
	@echo 'make clean   remove .venv and everything else that these commands made'
	@echo
	@echo 'ARGS="..." is handed on (run, test, bench, soak); PYTHON=... chooses the Python (3.11 to 3.13).'

setup:
	@sh .ci/packages.sh require python window
	@sh .ci/venv.sh window

run:
	@sh .ci/start.sh $(ARGS)

test:
	@sh .ci/packages.sh require python window try x11-tests
	@sh .ci/venv.sh window test
	@.venv/bin/python -m pytest $(ARGS)

# The tests are checked, too, so that their libraries have to be there.
check:
	@sh .ci/packages.sh require python
	@sh .ci/venv.sh test check
	@status=0; \
	for tool in 'python -m ruff check' 'python -m ruff format --check' 'python -m mypy' lint-imports; do \
		echo "== $$tool"; \
		.venv/bin/$$tool || status=1; \
	done; \
	exit $$status

bench:
	@sh .ci/packages.sh require python window try x11-tests
	@sh .ci/venv.sh window test bench
	@.venv/bin/python -m tests.benchmarks $(ARGS)

soak:
	@sh .ci/packages.sh require python window
	@sh .ci/venv.sh window
	@.venv/bin/python -m tests.soak $(ARGS)

readme:
	@sh .ci/packages.sh require python window
	@sh .ci/venv.sh window
	@.venv/bin/python -m tests.readme

translations:
	@sh .ci/packages.sh require python window
	@sh .ci/venv.sh window
	@.venv/bin/python assets/translations/update.py

clean:
	rm -rf .venv dist pictures .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find desktop_app tests -type d -name __pycache__ -prune -exec rm -rf {} +
