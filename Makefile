# Schalter: `make run` shows it, `make test` proves it. Both install what they lack.
SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(HOME)/.cache/schalter/target
export SCHALTER_CACHE ?= $(HOME)/.cache/schalter

.PHONY: run test bench lint packages packages-test packages-bench clean storm fuzz screens

run: packages
	cargo build --workspace
	@SLINT_SCALE_FACTOR=$${SLINT_SCALE_FACTOR:-0.5} SLINT_BACKEND=winit-software exec $(CARGO_TARGET_DIR)/debug/desk

test: packages-test lint
	cargo build --workspace
	cargo test --workspace --no-fail-fast
	drivers/eid/fuzz/smoke.sh

# Every parser of foreign bytes over its seeds, always the same inputs. Longer: drivers/eid/fuzz/README.md
fuzz: packages-test
	drivers/eid/fuzz/smoke.sh

# Every screen in every language, look, size and orientation, with contact sheets, into out/screens/. Some of them:
# make screens ONLY="ar fa dark 200 portrait 06-pin sheets"
screens: packages
	cargo build --workspace --example contact_sheets
	$(CARGO_TARGET_DIR)/debug/examples/contact_sheets $(ONLY)

# Millions of visits: make storm VISITS=1000000
storm: packages
	cargo run --release --package townhall --bin storm -- $(or $(VISITS),1000000)

# All figures, or some of them: make bench ONLY=ui.memory
bench: packages-bench
	cargo build --release --package desk --bin bench --bin window
	$(CARGO_TARGET_DIR)/release/bench $(ONLY)

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

packages:
	@.ci/packages run

packages-test:
	@.ci/packages run test

# Without Chromium there is no comparison with it; all else can be measured.
packages-bench: packages
	@.ci/packages bench || echo "The figures go without a comparison with Chromium." >&2

clean:
	cargo clean
	rm -rf out
