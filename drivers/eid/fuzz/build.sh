# Sourced by the scripts beside it: builds all targets with coverage on stable Rust, and knows where they are. The
# flags are what cargo-fuzz passes, less the sanitizers, which need a nightly compiler; dependencies are instrumented
# too, build scripts and macros are not (--target). Needs a C++ compiler (g++ or clang).
fuzz_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
drivers_folder=$(cd "$fuzz_folder/../.." && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/schalter/target}
# A folder of its own: other flags would make everything else be built anew each time.
CARGO_TARGET_DIR=${CARGO_TARGET_DIR%-fuzz}-fuzz
# Flags from outside would change what is measured.
unset CARGO_ENCODED_RUSTFLAGS
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 \
-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-trace-compares \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
host=$(rustc -vV | sed -n 's/^host: //p')
binaries=$CARGO_TARGET_DIR/$host/debug

# build [TARGET]: all targets, or one.
build() {
    (cd "$fuzz_folder" && cargo build --quiet --target "$host" --workspace ${1:+--bin "$1"})
}

# seeds TARGET: the folder of its committed corpus. The crate is the target's first word.
seeds() { echo "$drivers_folder/${1%%_*}/fuzz/corpus/$1"; }

# Memory in proportion is asserted by the targets themselves; this is the last stop.
limits=(-rss_limit_mb=512 -timeout=10 -max_len=4096 -print_final_stats=0 -verbosity=0)
