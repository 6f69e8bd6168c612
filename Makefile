# What people and CI run. `make` alone lists it.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup build generate check-generated test fuzz alerts-day soak lint awscli test-rules-current supply-chain advisories image image-check deb check-deb demo bench

target := $(or $(CARGO_TARGET_DIR),target)
exporter := $(target)/debug/ssm-compliance-exporter
python := .venv/bin/python
# The checks against real programs.
world := $(python) tests/realworld
packages := $(python) tests/packages
clippy := nice cargo clippy --locked --workspace --all-targets -- -D warnings
deny := nice bash scripts/cargo-tool.sh cargo-deny@0.20.2 --locked --log-level error check
machete := bash scripts/cargo-tool.sh cargo-machete@0.9.2 --skip-target-dir
# Without the advisories: their database is on GitHub.
supply_chain := $(deny) bans licenses sources
tally := python3 scripts/tally.py
# One of the tests reads a page of hostile labels with it.
export PROMETHEUS_CLIENT_PYTHON := $(CURDIR)/$(python)

help: ## List the targets
	@sed -n -E 's/^([a-z-]+):.*## (.*)/\1 \2/p' Makefile | while read -r name text; do printf '%-20s%s\n' $$name "$$text"; done

setup: ## Install what the checks need beyond Rust (Debian packages, .venv)
	@bash scripts/setup.sh

# With --tests, so that the program shares its dependencies' features, and so their builds, with the tests.
build: ## Build the program and the tests (unoptimised)
	@cargo build --locked --workspace --bins --tests

# Not by "cargo run", which would build the dependencies once more, without the features of the tests.
generate: build ## Write all that is generated: docs/metrics.md, docs/configuration.md, dashboards/*.json, the chart's README
	@$(target)/debug/xtask generate
	@$(python) scripts/chart_readme.py

check-generated: build ## Check that all that is generated is current
	@$(target)/debug/xtask check

# Clippy checks all dependencies once more, and cargo-deny must be built. Both are done while others wait, so that "make lint"
# has little left to do.
# Several tests at a time, because most of them wait: for an interval, a timeout, or a program that starts.
test: export RUST_TEST_THREADS := 3
test: setup build ## Run all tests, against real Prometheus, curl and Chromium, too
	@$(tally) "cargo test --locked --workspace --no-fail-fast" "FUZZ_SEED=1 FUZZ_SECONDS=4 make --no-print-directory fuzz" "$(target)/debug/xtask check" \
		"$(world)/paging.py $(exporter) ::: $(world)/trying.py $(exporter) ::: $(world)/textfile.py $(exporter) ::: $(clippy)" \
		"$(world)/check.py $(exporter) ::: $(world)/documented.py $(exporter) ::: $(world)/scaling.py $(exporter) ::: $(world)/organization.py $(exporter)" \
		"$(world)/pages.py $(exporter) ::: $(world)/tags.py $(exporter) ::: $(world)/web.py $(exporter)" \
		"$(world)/remedies.py $(exporter) ::: $(world)/runbooks.py $(exporter) ::: $(supply_chain)" \
		"$(packages)/chart.py $(exporter) ::: $(packages)/compose.py $(exporter) ::: $(packages)/unit.py $(exporter) ::: $(packages)/dockerfile.py ::: sh alerts/test.sh ::: node dashboards/schema-check/check.mjs"

# Two at a time, because each takes all of a processor. With --workspace, so that nothing is built anew.
fuzz: ## Fuzz whatever reads bytes of others, 5 seconds each (FUZZ_SECONDS=N for another time, FUZZ_SEED=N to repeat)
	@FUZZ_SEED=$${FUZZ_SEED:-$$RANDOM} FUZZ_SECONDS=$${FUZZ_SECONDS:-5} cargo test --locked --workspace --lib -- --nocapture --test-threads=2 fuzz::

alerts-day: setup build ## Count a day's notifications of a real Alertmanager about 40 accounts of 300 instances (5 minutes)
	@$(world)/day.py $(exporter)

soak: ## Run the soak of the tests for 30 minutes (SOAK_MINUTES=N for another time)
	@SOAK_MINUTES=$${SOAK_MINUTES:-30} cargo test --locked --test it -- --nocapture whatever_happens

# --examples makes cargo doc use the features that clippy has built already; there are none to document.
lint: setup ## Check formatting, lints, documentation, dependencies, and the files of deploy and .github; warnings are errors
	@$(tally) "cargo fmt --all --check" "$(clippy)" \
		"RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps --document-private-items --lib --examples" \
		"$(supply_chain)" \
		"$(python) .venv/bin/cfn-lint deploy/iam/member-role.yaml" "$(python) tests/realworld/terraform.py" \
		".venv/bin/hadolint Dockerfile" ".cache/tools/actionlint" ".venv/bin/zizmor --offline --no-progress --persona pedantic .github" \
		".venv/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml"

awscli: setup build ## Ask the simulated AWS with the AWS CLI
	@$(tally) "$(world)/with_simulator.py $(exporter) \
		$(world)/aws_cli.py python3 tests/awscli/check.py {} {aws}"

test-rules-current: ## Test the alert rules with a current promtool, built once with Go
	@tool=$$(bash scripts/current-promtool.sh $(target)) && PROMTOOL=$$tool sh alerts/test.sh

# Whether all dependencies are used is a test as well, so it is not worth another tool in "make lint".
supply-chain: ## Check licences, sources and use of dependencies with cargo-deny and cargo-machete (builds both once)
	@$(tally) "$(supply_chain)" "$(machete)"

advisories: ## Check dependencies for known vulnerabilities with cargo-deny
	@$(deny) advisories

image: ## Build the container image with Docker
	@docker build --build-arg SOURCE_REVISION=$$(git rev-parse --short=12 HEAD) --tag ssm-compliance-exporter .

image-check: ## Build the image with buildah on stand-ins for its bases, and run it with podman as a cluster would (10 minutes; TWICE=1 to compare two builds)
	@bash tests/packages/image.sh

deb: ## Build the Debian package, target/debian/*.deb (builds cargo-deb once)
	@cargo build --locked --release --bin ssm-compliance-exporter
	@bash scripts/deb.sh release

check-deb: setup build ## Build a Debian package of the debug build, install it, run its service and remove it
	@bash scripts/deb.sh debug
	@$(tally) "$(python) tests/packages/deb.py $(target)/debian/*.deb"

demo: ## Run the exporter over a simulated fleet on port 10068
	@cargo run --locked --release -- demo

bench: ## Measure
	@cargo bench --locked
