#!/usr/bin/env bash
# One target for as long as you like:  fuzz.sh TARGET [FILE or libFuzzer option…], e.g.  fuzz.sh eid_read -max_total_time=600
# With a FILE it runs that one input. New inputs are kept beside the build, never in the committed corpus.
set -euo pipefail
# shellcheck source=build.sh
source "$(dirname "$0")/build.sh"
target=${1:?which target? See the names in drivers/*/fuzz/Cargo.toml}
shift
build "$target"
kept=$CARGO_TARGET_DIR/corpus/$target
mkdir -p "$kept" "$CARGO_TARGET_DIR/findings"
files=("$kept" "$(seeds "$target")")
for argument in "$@"; do
    [[ $argument = -* ]] || files=()
done
RUST_BACKTRACE=1 exec "$binaries/$target" "${limits[@]}" -verbosity=1 \
    -artifact_prefix="$CARGO_TARGET_DIR/findings/$target-" "$@" "${files[@]}"
