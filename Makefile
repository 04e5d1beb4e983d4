# SPDX-License-Identifier: GPL-3.0-or-later
# The front door. `make` alone lists the targets; nothing needs to be installed first but Python 3.10 or newer.
SHELL := /bin/bash
PYTHON ?= python3
# What the other end of the matrix runs on: the newest Python here that the newest ansible-core supports.
NEWEST = $(shell .ci/find-python 3.14 3.13 3.12)
OLDEST = $(shell .ci/find-python 3.10)
# Which release of PyPI's ansible brings awx.awx: 11, 12 or 13. Without it, the newest that PYTHON can run.
ANSIBLE ?=
AWX = .venv-awx$(ANSIBLE:%=-%)
EE ?= execution-environment.yml
PYTEST_ARGS ?= --numprocesses=auto --dist=loadfile --no-loadscope-reorder
# A collections path in which this checkout is onboard.ringcentral, whatever its folder is called: an ignored link.
LINK = build/collections/ansible_collections/onboard/ringcentral
# What of the integration tests passes through each part that ansible-core has changed between releases.
QUICK = $(patsubst %,tests/integration/test_%.py,brief checkout doctor hand_over launch_variables report role_correct role_ledgers shared_login status)
# And what else behaves differently from release to release; the rest is left to `make test`.
MATRIX = $(QUICK) $(patsubst %,tests/integration/test_%.py,audit event_query inventory_users onboarding role_environment role_examples role_failures)
NEEDS = requirements.txt tests/requirements.txt tests/unit/requirements.txt

# A failure hides no other one.
MAKEFLAGS += --keep-going

.DEFAULT_GOAL := help
.PHONY: help check demo test faults fuzz test-ad test-runner test-image test-awx test-browser test-docs test-eda test-peers ee bench live lint lint-python lint-ruff lint-format lint-types lint-ansible lint-papers lint-licences lint-changelog lint-docs check-units format sanity units matrix matrix-oldest matrix-newest molecule build mutants certify release core docs clean

help: ## This list
	@echo "make <target>, where the target is one of"
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | \
	    while IFS='|' read -r name text; do printf '  %-10s %s\n' "$$name" "$$text"; done
	@echo "PYTHON=<python> chooses the Python of the environments, PYTEST_ARGS=... what pytest is asked."

demo: .venv/.ready ## Show the collection at work against an emulated RingCentral (no account needed)
	@PATH="$$PWD/.venv/bin:$$PATH" tests/demo.sh

check: ## Lint, types and unit tests, in a minute at most: before each commit
	@$(MAKE) --no-print-directory --output-sync --jobs=2 lint-ruff lint-format lint-types check-units

# The pure parts and the papers. What starts programs, kills them or measures is left to `make test`.
check-units: .venv/.ready
	@PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/python -m pytest $(PYTEST_ARGS) --quiet --no-cov \
	    -k 'not (killed_anywhere or any_value or twenty_thousand or days_cost or in_proportion or at_its_own_users)' \
	    tests/unit/*.py tests/unit/plugins/filter tests/unit/plugins/module_utils

test: .venv/.ready ## Unit and integration tests, from nothing, without root
	@PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/python -m pytest $(PYTEST_ARGS) --cov --junit-xml=build/junit/test.xml

test-docs: .venv/.ready ## Each example of the documentation, against the emulator
	@PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/python -m pytest $(PYTEST_ARGS) --dist=load --no-cov --junit-xml=build/junit/test-docs.xml tests/pages

faults: .venv/.ready ## The fault matrix, kill -9 at each request, and a search for secrets
	@PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/python -m pytest $(PYTEST_ARGS) --junit-xml=build/junit/faults.xml tests/faults

fuzz: .venv/.ready ## Wrong types in each field of each answer: no crash, no second mail, no user forgotten
	@PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/python -m pytest $(PYTEST_ARGS) --dist=load --junit-xml=build/junit/fuzz.xml tests/fuzz

BENCH_TABLE ?= 1
bench: .venv/.ready $(if $(BENCH_TABLE),.venv-oldest/.ready .venv-newest/.ready) ## What runs cost, beside an earlier commit (BENCH_TABLE= leaves the comparison out, which takes minutes)
	@PATH="$$PWD/.venv/bin:$$PATH" BENCH_TABLE="$(BENCH_TABLE)" .venv/bin/python -m pytest --junit-xml=build/junit/bench.xml tests/bench

test-ad: .venv-ad/.ready ## The role on a real Active Directory, Samba's on loopback (root and Debian's packages)
	@PATH="$$PWD/.venv-ad/bin:$$PATH" .venv-ad/bin/python -m pytest --junit-xml=build/junit/test-ad.xml tests/ad

test-runner: .venv-runner/.ready ## Jobs as AWX runs them, by ansible-runner, and the execution environment
	@PATH="$$PWD/.venv-runner/bin:$$PATH" .venv-runner/bin/python -m pytest $(PYTEST_ARGS) --junit-xml=build/junit/test-runner.xml tests/runner

test-image: .venv-runner/.ready ## The execution environment as an image, and jobs in it (root, podman, debootstrap)
	@PATH="$$PWD/.venv-runner/bin:$$PATH" EE_PYTHON="$${EE_PYTHON:-$$(.ci/find-python 3.12)}" .venv-runner/bin/python -m pytest --junit-xml=build/junit/test-image.xml tests/image

test-awx: $(AWX)/.ready ## awx/ applied to a stand-in of AWX, and its jobs run (ANSIBLE=11, 12 or 13)
	@PATH="$$PWD/$(AWX)/bin:$$PATH" $(AWX)/bin/python -m pytest $(PYTEST_ARGS) --junit-xml=build/junit/test-awx.xml tests/awx

test-eda: .venv-eda/.ready ## The rulebook, by ansible-rulebook (needs Java 17)
	@PATH="$$PWD/.venv-eda/bin:$$PATH" .venv-eda/bin/python -m pytest --junit-xml=build/junit/test-eda.xml tests/eda

test-browser: .venv-browser/.ready ## Reports in headless Chromium: axe, timings, screenshots in build/screenshots (needs chromium)
	@PATH="$$PWD/.venv-browser/bin:$$PATH" .venv-browser/bin/python -m pytest -rP --no-cov --junit-xml=build/junit/test-browser.xml tests/browser

test-peers: .venv/.ready build/peers/.ready ## RingCentral's own SDKs on the emulator, and Prism between it and the modules (npm)
	@PATH="$$PWD/.venv/bin:$$PATH" PEERS="$$PWD/build/peers" .venv/bin/python -m pytest --junit-xml=build/junit/test-peers.xml tests/peers

live: .venv/.ready | $(LINK) ## Doctor, then prove, on a real account: RC_... in the environment, PROVE_USERS=<test users>
	@test -n "$(PROVE_USERS)" || { echo 'make live: set PROVE_USERS to one to five test users, with commas between them' >&2; exit 2; }
	@export PATH="$$PWD/.venv/bin:$$PATH" ANSIBLE_COLLECTIONS_PATH="$$PWD/build/collections"; \
	    ansible-playbook playbooks/doctor.yml -e reinvite_report_dir=build/live && \
	    ansible-playbook playbooks/prove.yml -e prove_file=build/live/proof.json -e prove_users='$(PROVE_USERS)'

lint: lint-python lint-ansible lint-papers ## ruff, mypy, ansible-lint, licences, changelog, documentation

lint-python: lint-ruff lint-format lint-types

lint-ruff: .venv-lint/.ready | $(LINK)
	.venv-lint/bin/ruff check

lint-format: .venv-lint/.ready
	.venv-lint/bin/ruff format --check

lint-types: .venv-lint/.ready | $(LINK)
	.venv-lint/bin/mypy

lint-ansible: .venv-lint/.ready | $(LINK)
	PATH="$$PWD/.venv-lint/bin:$$PATH" ANSIBLE_COLLECTIONS_PATH="$$PWD/build/collections" .venv-lint/bin/ansible-lint --strict

lint-papers: lint-licences lint-changelog lint-docs

lint-licences: .venv-lint/.ready
	.venv-lint/bin/reuse lint --quiet || .venv-lint/bin/reuse lint

lint-changelog: .venv-lint/.ready
	.venv-lint/bin/antsibull-changelog lint

lint-docs: .venv-lint/.ready
	PATH="$$PWD/.venv-lint/bin:$$PATH" .venv-lint/bin/antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck .

format: .venv-lint/.ready ## Lay the Python files out as `make lint` wants them
	.venv-lint/bin/ruff check --fix
	.venv-lint/bin/ruff format

sanity: .venv-sanity/.ready ## ansible-test sanity with the newest ansible-core
	@.ci/ansible-test .venv-sanity sanity

sanity-oldest: .venv-oldest/.ready
	@.ci/ansible-test .venv-oldest sanity

units: .venv-sanity/.ready ## ansible-test units: those of the modules, on the oldest Python, from the newest ansible-core
	@.ci/ansible-test .venv-sanity units --python 3.10 tests/unit/plugins/

matrix: matrix-oldest matrix-newest ## Integration tests on the oldest and the newest supported ansible-core

matrix-oldest: .venv-oldest/.ready
matrix-newest: .venv-newest/.ready
matrix-oldest matrix-newest: matrix-%:
	@.venv-$*/bin/python -c 'import platform; from ansible.release import __version__ as core; \
	    print(f"ansible-core {core} on Python {platform.python_version()}", flush=True)'
	@PATH="$$PWD/.venv-$*/bin:$$PATH" .venv-$*/bin/python -m pytest $(PYTEST_ARGS) \
	    --junit-xml=build/junit/matrix-$*.xml $(MATRIX)

molecule: .venv-molecule/.ready | $(LINK) ## The role's scenarios: check, converge, idempotence, verify
	@cd extensions && PATH="$$PWD/../.venv-molecule/bin:$$PATH" molecule test --all

build: .venv/.ready ## The artifact for ansible-galaxy in build/dist, installed elsewhere and tried
	@.ci/artifact .venv

MUTANTS ?= _decisions _ledger _delivery _pacing
mutants: .venv/.ready .venv-mutants/.ready ## Do the tests notice each change of what decides? An hour or more (EVERY=20: a quick look)
	@.ci/mutants .venv .venv-mutants $(MUTANTS)

certify: .venv/.ready .venv-certify/.ready ## What Galaxy and the certification check: importer, sanity pinned and latest, lint, signature
	@.ci/certify .venv .venv-certify

release: .venv/.ready ## The tagged commit's artifact with bill of materials and signature (KEY=<gpg key>; needs release.yml)
	@.ci/release .venv "$(KEY)"

core: .venv-core-$(CORE)/.ready ## Unit and quick integration tests on one ansible-core: CORE=2.16
	@PATH="$$PWD/.venv-core-$(CORE)/bin:$$PATH" .venv-core-$(CORE)/bin/python -m pytest $(PYTEST_ARGS) \
	    --junit-xml=build/junit/core-$(CORE).xml tests/unit/plugins $(QUICK)

ee: .venv-runner/.ready ## What an execution environment is built from, in build/ee/context (EE=<definition>)
	@PATH="$$PWD/.venv-runner/bin:$$PATH" .ci/ee $(EE)

docs: .venv-docs/.ready | $(LINK) ## The documentation as a site in build/docs/html; a warning is an error
	@.ci/docs .venv-docs

clean: ## Remove everything the other targets made
	rm -rf .venv .venv-* build .ansible .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(LINK):
	@$(PYTHON) tests/checkout.py >/dev/null

build/peers/.ready: tests/peers/package.json
	@mkdir -p build/peers && cp tests/peers/package.json build/peers
	@npm install --prefix build/peers --no-audit --no-fund --no-package-lock --loglevel=error
	@touch $@

# Environments. Each is made again when its requirements change.
.venv/.ready: $(NEEDS)
	@.ci/environment .venv "$(PYTHON)" -r tests/requirements.txt

.venv-ad/.ready: $(NEEDS) tests/requirements-ad.txt
	@.ci/environment .venv-ad "$(PYTHON)" -r tests/requirements-ad.txt

.venv-runner/.ready: $(NEEDS) tests/requirements-runner.txt
	@.ci/environment .venv-runner "$(PYTHON)" -r tests/requirements-runner.txt

.venv-eda/.ready: requirements.txt tests/requirements-eda.txt
	@.ci/environment .venv-eda "$(PYTHON)" -r tests/requirements-eda.txt

$(AWX)/.ready: $(NEEDS) tests/requirements-awx.txt
	@.ci/environment $(AWX) "$(if $(filter 13,$(ANSIBLE)),$(NEWEST),$(PYTHON))" -r tests/requirements-awx.txt $(ANSIBLE:%='ansible==%.*')

.venv-browser/.ready: $(NEEDS) tests/requirements-browser.txt
	@.ci/environment .venv-browser "$(PYTHON)" -r tests/requirements-browser.txt

.venv-lint/.ready: $(NEEDS) tests/requirements-lint.txt
	@.ci/environment .venv-lint "$(PYTHON)" -r tests/requirements-lint.txt

.venv-mutants/.ready: tests/requirements-mutants.txt
	@.ci/environment .venv-mutants "$(PYTHON)" -r tests/requirements-mutants.txt

.venv-certify/.ready: tests/requirements-certify.txt
	@.ci/environment .venv-certify "$(NEWEST)" -r tests/requirements-certify.txt

.venv-docs/.ready: requirements.txt tests/requirements-docs.txt
	@.ci/environment .venv-docs "$(PYTHON)" -r tests/requirements-docs.txt

.venv-molecule/.ready: $(NEEDS)
	@.ci/environment .venv-molecule "$(PYTHON)" -r tests/requirements.txt 'molecule>=24.7'

.venv-oldest/.ready: $(NEEDS)
	@.ci/environment .venv-oldest "$(OLDEST)" -r tests/requirements.txt 'ansible-core==2.16.*'

.venv-newest/.ready: $(NEEDS)
	@.ci/environment .venv-newest "$(NEWEST)" -r tests/requirements.txt

.venv-core-$(CORE)/.ready: $(NEEDS)
	@.ci/environment .venv-core-$(CORE) "$(PYTHON)" -r tests/requirements.txt 'ansible-core==$(CORE).*'

.venv-sanity/.ready: requirements.txt
	@.ci/environment .venv-sanity "$(NEWEST)" ansible-core
