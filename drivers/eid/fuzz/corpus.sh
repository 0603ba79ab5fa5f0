#!/usr/bin/env bash
# Makes the seed corpora of all targets from the fixtures of the repository; files that fuzzing has found stay.
# Run it after a fixture has changed: drivers/eid/fuzz/corpus.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

# put TARGET NAME < bytes; hex TARGET NAME HEX; files TARGET FILE... The crate is the target's first word.
folder() { local crate=${1%%_*}; mkdir -p "$crate/fuzz/corpus/$1"; echo "$crate/fuzz/corpus/$1"; }
put() { cat > "$(folder "$1")/$2"; }
hex() {
    local target=$1 name=$2; shift 2
    printf '%b' "$(sed 's/[^0-9A-Fa-f]//g; s/../\\x&/g' <<< "$*")" | put "$target" "$name"
}
files() {
    local target=$1 to; shift; to=$(folder "$target")
    for file in "$@"; do cp "$file" "$to/$(basename "$file")"; done
}

data=eid/tests/data
pa=$data/passive_auth

# apdu
files apdu_tlv $data/chip/card_access.der $data/cvc/terminal.cvcert $data/cvc/terminal.desc $data/worked_example/ef_card_access.bin
hex apdu_tlv deep 3012300C300A3008300630043002300004008100
hex apdu_tlv long_form 7F4982000381010F8083000001AA
hex apdu_command select 00A4040C09E80704007F00070302
hex apdu_command read 00B09C0000
hex apdu_command read_extended 00B09D000008D4
hex apdu_command pace 0022C1A40F800A04007F00070202040202830103
hex apdu_command extended_data 0C2A00BE0000040102030400 
hex apdu_command chained 1086000002 7C0000
hex apdu_response ok 9000
hex apdu_response tries 63C2
hex apdu_response end 31144F6282
hex apdu_response other 1234

# eid: bytes of files
files eid_security_infos $data/chip/card_access.der $data/chip/card_access_other.der $pa/content.der $pa/content_2011.der \
    $pa/card_access.der $pa/card_access_2011.der $pa/card_access_long.der $data/worked_example/ef_card_access.bin
files eid_card_security $pa/card.der $pa/card_2011.der $pa/card_bp256.der $pa/card_bp384.der $pa/card_bp512.der \
    $pa/card_explicit.der $pa/card_p256.der $pa/card_p384.der $pa/card_p521.der $pa/card_plain.der $pa/card_key_id.der \
    $pa/card_no_certificate.der $pa/card_two_signers.der $pa/card_sha1.der $pa/card_forged_generator.der
files eid_certificate $pa/csca.der $pa/csca.pem $pa/csca_bp256.pem $pa/csca_bp512.pem $pa/csca_explicit.pem $pa/csca_link.pem \
    $pa/csca_p256.pem $pa/csca_p521.pem $pa/csca_plain.pem $pa/csca_no_ca.pem
cat $pa/csca.pem $pa/csca_link.pem | put eid_certificate root_and_link.pem
files eid_revocation_list $pa/crl_csca.pem $pa/crl_empty.pem $pa/crl_old.pem $pa/crl_partial.pem $pa/crl_signer.pem $pa/crl_twin.pem
# The master list is a little longer than a seed may be: the target has it, and the seeds say what is done to it.
hex eid_master_list right 01
hex eid_master_list changed '01 00 01 0080 01'
hex eid_master_list longer '01 00 05 10C2 01 00'
hex eid_master_list signature '01 00 01 10B0 01'
{ printf '\000'; cat $pa/card.der; } | put eid_master_list card.der
files eid_blocklist $pa/blocklist.der
S=5353535353535353535353535353535353535353535353535353535353535353
id=$(printf '09%.0s' {1..32})
hex eid_blocklist complete "30 53 020101 020100 040132 30 48 30 46 0420 $S 30 22 0420 $id"
hex eid_blocklist short_id "30 37 020101 020100 040132 30 2C 30 2A 0420 $S 30 06 0404 01020304"
hex eid_blocklist added "30 59 020101 020101 040132 040131 020102 30 48 30 46 0420 $S 30 22 0420 $id"
hex eid_blocklist removed "30 59 020101 020102 040132 040131 020100 30 48 30 46 0420 $S 30 22 0420 ${id//09/05}"
files eid_cv_certificate $data/cvc/*.cvcert
cp $data/worked_example/cvca.cvcert "$(folder eid_cv_certificate)/example_cvca.cvcert"
files eid_description $data/cvc/terminal.desc
hex eid_description html 3021060A04007F00070301030102A1040C024130A3040C0242A505040358595A
hex eid_atr_info sizes 4303B4D2007F660802020480020208004701EE
hex eid_atr_info unsigned 7F660A0202FFFF020400FFFFFF
hex eid_ef_dir eid 61094F07A0000002471001610B4F09E80704007F00070302
hex eid_ef_dir bank 610C4F0AA0000003591010028001
for group in '01 6104 1302 4944' '02 6203 1301 44' '03 630A 1208 3230333031323331' '04 6407 0C05 4552494B41' \
    '06 6605 0C03 2D2D2D' '08 680A 1208 3139363420202020' '09 6909 A107 0C05 42 45 52 4C 4E' '0A 6A03 1301 44' \
    '11 7112 3010 AB07 0C05 4BC3964C4E AD05 1303 442020' '11 7108 A206 0C04 6B65696E' '11 710A 3108 A106 0C04 4F727420' \
    '12 7209 0407 02760378900276' '13 7308 A106 0C04 54657874' '14 7410 A20E 040C 789C2B49AD28010004 0F01A1' '05 6500'; do
    name=$(cut -c1-2 <<< "$group")_$(md5sum <<< "$group" | cut -c1-4)
    hex eid_data_group "$name" "$group"
done
hex eid_pin_state ok 00906363
hex eid_pin_state tries C263C163
hex eid_pin_state blocked C263C063
hex eid_pin_state deactivated 009083 62
hex eid_part10 features 060442000DB2070442000DB3200442000DCC
hex eid_part10 capabilities 000000000100E0
hex eid_part10 capabilities_with_length 00000000020001E0
hex eid_part10 open 00000000380090000200 3100 0E4445435643416549443030313033 00 2000 24E41D62B8C848226B86FCC6C7657577DCA47AD2BF21573617BAE84807F85C6B
hex eid_part10 open_no_rights 00000000060063C102003100
hex eid_part10 wrong_pin C26306F0040063C30000
hex eid_part10 wrong_pin_terse C26306F00000
hex eid_part10 aborted 010020F0
hex eid_part10 pin_changed 9000
hex eid_part10 pins_differ 6402

# eid: dialogues. [n right answers, kind, …], see src/mischief.rs; all but probe and terminal_files begin with flags.
hex eid_terminal_files right ''
hex eid_terminal_files cut 00 02 40
hex eid_terminal_files flip 01 01 0030 01
hex eid_terminal_files other_text 02 01 0040 20
hex eid_probe right ''
hex eid_probe suspended 03 03 63C1
hex eid_probe deactivated 03 03 6283
hex eid_probe no_directory 01 03 6A82
hex eid_probe bank '01 06 9000 0E 610C4F0AA0000003591010028001'
hex eid_probe more_pieces 02 02 08 00 00 02 9000
for flags in 00 01; do
    hex eid_read "right_$flags" $flags
    hex eid_read "state_$flags" "$flags 02 03 63C2"
    hex eid_read "access_$flags" "$flags 01 01 0012 01"
    hex eid_read "token_$flags" "$flags 06 01 0008 80"
    hex eid_read "session_$flags" "$flags 09 01 0004 01"
    hex eid_read "repeat_$flags" "$flags 0A 04"
    hex eid_read "late_$flags" "$flags 20 02 10"
done
hex eid_read plain_refusal 00 0C 06 6982 00
for flags in 00 01 02 03 04 06 07 08 0B; do
    hex eid_manage_pin "right_$flags" $flags
    hex eid_manage_pin "token_$flags" "$flags 06 03 6300"
done
hex eid_manage_pin forged_end 00 07 03 9000
hex eid_manage_pin state 02 02 03 63C1
for flags in 00 01 02 04 06; do
    hex eid_hostile_card "right_$flags" $flags
done
hex eid_hostile_card trust_point '00 06 01 0010 01'
hex eid_hostile_card atr_info '00 0E 06 9000 13 4303B4D2007F660802020480020208004701EE'
hex eid_hostile_card card_security '00 0F 01 0040 01'
hex eid_hostile_card chip_token '00 16 01 0010 01'
hex eid_hostile_card expired '00 1A 03 6300'
hex eid_hostile_card no_identifier '00 19 06 9000 02 7C00'
for at in 1B 1C 1D 1E 1F 20; do
    hex eid_hostile_card "group_$at" "00 $at 06 9000 09 64070C054552494B41 00 06 9000 0C 680A1208313936342020 2020"
done

# ausweisapp: the transcripts of the crate's own tests
for transcript in ausweisapp/tests/data/*.txt; do
    name=$(basename "$transcript" .txt)
    sed -n -e 's/^< {/{/p' -e 's/^! begin change-pin/c/p' -e 's/^! begin.*/a/p' -e 's/^! accept/A/p' -e 's/^! cancel/x/p' \
        -e 's/^! lost/l/p' -e 's/^! wait.*/ww/p' -e 's/^! pin.*/p/p' -e 's/^! can .*/k/p' -e 's/^! puk.*/u/p' -e 's/^! new.*/n/p' \
        -e 's/^! greeted.*/{"msg":"INFO","VersionInfo":{"Implementation-Version":"2.5.3"}}\n{"msg":"API_LEVEL","available":[1,2,3],"current":3}\n{"msg":"API_LEVEL","current":3}/p' \
        "$transcript" | put ausweisapp_dialogue "$name"
done
sed -n 's/^< {/{/p' ausweisapp/tests/data/*.txt | sort -u | awk -F'"' '!seen[$4]++' | while read -r line; do
    name=$(sed 's/.*"msg":"\([A-Z_]*\)".*/\1/' <<< "$line" | tr 'A-Z' 'a-z')
    printf '%s' "$line" | put ausweisapp_message "$name"
done

# payment: made up after PA00P015, no terminal's own
paid='040F 47 2700 04000000001250 0B000009 870007 0C140509 0D1201 2952000001 490978 1970 22F0F46725EEEE 8A05 8BF0F9 6769726F6361726400 06 0F 2F 08 1F100102 1F120101 1F1F020007'
hex payment_message paid "$paid"
hex payment_message failed '040F 02 276C'
hex payment_message totals "040F 42 2700 04000000001550 60F0F5F3 00019999 02 000000001550 $(printf '00%.0s' {1..42})"
hex payment_message block '06D3 21 06 1F 1F070102 25 19 07 0B 4B756E64656E62656C6567 07 05 31322C3530 07 00 090181'
hex payment_message line '06D1 0C 40 4B756E64656E62656C6567'
hex payment_message state '04FF 02 0A05'
hex payment_message long '06D1 FF 0001 00'
hex payment_serial paid '1002 800000 1003 F51F'
hex payment_serial escaped '1002 04FF02101005 1003 3615'
hex payment_serial noise '0615 1010 02 10 02 06 10 10 10 03'
states='800000 04FF010A 04FF0101'
hex payment_dialogue paid "0D $states $paid 06D10C40 4B756E64656E62656C6567 060F00"
hex payment_dialogue refused "05 $states $paid 040F02276C 061E016C"
hex payment_dialogue twice "0D $states $paid $paid 060F00"
hex payment_dialogue declined "0D $states 040F022705 061E0105"
hex payment_dialogue busy '05 849C00'
hex payment_dialogue left "1D $states 800000 040F02276C 061E016C"
hex payment_dialogue closed "0B 800000 040F 09 2700 04000000001550 060F00"
hex payment_dialogue enquiry '04 800000 060F01C2'

# signer
files signer_certificate $data/cvc/*.cvcert
cp $data/worked_example/dv.cvcert "$(folder signer_certificate)/example_dv.cvcert"
cat $data/cvc/cvca_1.cvcert $data/cvc/link_2.cvcert $data/cvc/dv.cvcert $data/cvc/terminal.cvcert $data/cvc/terminal.desc | put signer_chain whole
cat $data/cvc/cvca_1.cvcert $data/cvc/terminal.cvcert | put signer_chain no_verifier
cat $data/cvc/link_2.cvcert $data/cvc/dv.cvcert | put signer_chain authorities
hex signer_remote question 010D0003 4445544553544154303030303101 0203
hex signer_remote request 010D0006 44455445535441543030303031 7F4E03 810101
hex signer_remote answer 01000040 $(printf '07%.0s' {1..64})
hex signer_remote trouble 01020000
files signer_lists $pa/blocklist.der $pa/csca.der
cat $pa/csca.der $pa/card.der | put signer_lists two
