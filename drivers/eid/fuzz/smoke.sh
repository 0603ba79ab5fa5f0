#!/usr/bin/env bash
# Builds all fuzz targets and runs each over its seeds and a fixed number of inputs made from them, always the same ones.
# Ends with 1 when one has found something, and says which file shows it again. For `make test`; longer: fuzz.sh.
set -euo pipefail
# shellcheck source=build.sh
source "$(dirname "$0")/build.sh"

# Runs for each target: some seconds of work in all.
runs=(
    apdu_tlv=100000 apdu_command=100000 apdu_response=50000
    eid_security_infos=100000 eid_card_security=5000 eid_certificate=5000 eid_master_list=1000 eid_revocation_list=5000
    eid_blocklist=30000 eid_cv_certificate=100000 eid_description=100000 eid_atr_info=50000 eid_ef_dir=50000
    eid_data_group=100000 eid_pin_state=20000 eid_part10=100000 eid_terminal_files=20000 eid_probe=20000
    eid_read=300 eid_manage_pin=300 eid_hostile_card=400
    ausweisapp_message=100000 ausweisapp_dialogue=20000
    payment_message=100000 payment_serial=50000 payment_dialogue=50000
    paper_escpos=200000
    signer_certificate=50000 signer_chain=10000 signer_remote=50000 signer_lists=50000
)

build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
findings=$CARGO_TARGET_DIR/findings
mkdir -p "$findings"
found=0
for entry in "${runs[@]}"; do
    target=${entry%=*}
    mkdir -p "$work/$target"
    if ! "$binaries/$target" "${limits[@]}" -seed=1 -runs="${entry#*=}" -artifact_prefix="$findings/$target-" \
        "$work/$target" "$(seeds "$target")" > "$work/log" 2>&1; then
        found=1
        cat "$work/log"
        file=$(sed -n 's/.*Test unit written to //p' "$work/log" | tail -1)
        echo "FOUND by $target. Again with: drivers/eid/fuzz/fuzz.sh $target ${file:-(no file was written, see above)}" >&2
    fi
done
# A target without a line here would never run.
for target in $(sed -n 's/^name = "\(.*_.*\)"$/\1/p' "$drivers_folder"/*/fuzz/Cargo.toml); do
    [[ " ${runs[*]}" == *" $target="* ]] || { echo "$target isn't in smoke.sh" >&2; found=1; }
done
[[ $found = 0 ]] && echo "fuzz: ${#runs[@]} targets, nothing found"
exit $found
