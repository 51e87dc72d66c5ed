# videovisit: `make run` starts the demo, `make test` runs every test. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
# A test starts hundreds of processes: what Python has compiled once is kept, whatever this machine likes.
unexport PYTHONDONTWRITEBYTECODE
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PAGES := $(shell find web_client/src web_client/*.html -type f 2>/dev/null) web_client/package-lock.json web_client/vite.config.ts

##@ First
.PHONY: help run test test-unit
help: ## this list
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z0-9_-]+:.*##/ {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.product ## start the demo on http://127.0.0.1:8080 and print the three doors
	$(VENV)/bin/videovisit demo $(ARGS)

test: system lint types house pages-check ## every check and every test (asks apt for what the tests start)
	$(VENV)/bin/pytest -n 2 --dist loadgroup -m "not browser and not slow"
	$(VENV)/bin/pytest -n 2 --dist loadfile -m "(browser or slow) and not webkit and not alone"
	$(VENV)/bin/pytest -m alone
	@echo "make test: all of it passed"

test-unit: $(VENV)/.dev ## the tests that need no root, no browser and no database server
	$(VENV)/bin/pytest -n 2 -m "not browser and not postgres and not root and not slow"

##@ Checks
.PHONY: lint types house pages-check cover format
lint: $(VENV)/.dev ## ruff
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/.dev ## mypy --strict
	$(VENV)/bin/mypy

house: $(VENV)/.dev ## imports run one way
	$(VENV)/bin/lint-imports

pages-check: $(VENV)/.dev ## TypeScript strict and the pages' own tests
	cd web_client && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm run check && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm test

cover: $(VENV)/.dev ## the cores at 100 % branch coverage by their own tests
	$(VENV)/bin/pytest -q tests/waiting_room/core --cov=waiting_room.core --cov-branch --cov-fail-under=100
	$(VENV)/bin/pytest -q tests/media/core --cov=media.core --cov-branch --cov-fail-under=100

format: $(VENV)/.dev ## write the formatting
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

##@ Long batteries: each ends with one line of JSON
.PHONY: badnet bench bench-overload bench-relay chaos fuzz image record-chaos soak switch webkit
image: system ## the Dockerfile, executed in a bare Debian root (needs root)
	$(VENV)/bin/pytest -n 0 -m image

soak: system ## visits come and go for two hours, one goes on; what does the worker keep? (ARGS="--minutes 3": a look)
	$(PY) -m tests.soak $(ARGS)

switch: system ## addresses that change under a visit: NAT rebinding, and another network under a real page
	$(PY) -m tests.switch $(ARGS)

webkit: system ## the camera check in WebKitGTK, which is not in `make test`
	$(VENV)/bin/pytest -n 0 -m webkit

bench: system ## the figures of docs/performance.md
	$(PY) -m tests.bench

bench-relay: system ## the media worker beside Janus and coturn (needs root, and VVBENCH=…; ARGS="--first --pauses": more)
	$(PY) -m tests.bench.relay $(ARGS)

bench-overload: $(VENV)/.dev ## more visits than a worker can carry: what becomes of delay (ARGS="--levels 4 16": a look)
	$(PY) -m tests.bench.overload $(ARGS)

badnet: system ## real browsers behind loss, delay and narrow ways (ARGS="--grid few --trials 40": a look)
	$(PY) -m tests.badnet $(ARGS)

chaos: $(VENV)/.dev ## kill media workers while visits run, and see both sides get their media back (ARGS="--kills 20")
	$(PY) -m tests.chaos.kills $(ARGS)

fuzz: $(VENV)/.dev ## damaged inputs into the parsers of STUN, RTP, RTCP and SDP (ARGS="--packets 100000 --offers 10000": a look)
	$(PY) -m tests.fuzz $(ARGS)

record-chaos: $(VENV)/.dev ## kill workers that record, and read back what is on the disk
	$(PY) -m tests.chaos.record $(ARGS)

##@ Installing
.PHONY: venv product dev system pages clean
$(VENV)/bin/pip:
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { $(SUDO) apt-get update -q && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -q python3-venv; }
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install -q --upgrade pip

$(VENV)/.product: $(VENV)/bin/pip pyproject.toml $(PAGES)
	$(VENV)/bin/pip install -q -e .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/pip pyproject.toml $(PAGES)
	$(VENV)/bin/pip install -q -e '.[dev]'
	@touch $@ $(VENV)/.product

product: $(VENV)/.product ## install the product into .venv
dev: $(VENV)/.dev ## install the product and the tools into .venv
pages: ## build the pages into web_client/dist
	cd web_client && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm run build

system: $(VENV)/.dev ## what the tests start: PostgreSQL, Redis, nginx, browsers, promtool, iproute2 (from apt, where missing)
	@deploy/test-packages

clean: ## forget everything that was built
	rm -rf $(VENV) web_client/dist web_client/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
