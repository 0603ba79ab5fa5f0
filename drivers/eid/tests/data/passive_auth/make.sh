#!/bin/bash
# Makes every file here anew with OpenSSL 3.0 and Python 3: a small document PKI and files of cards that don't exist.
# The dates in the tests belong to the day it ran (2026-11-23): a CSCA is valid for 10 years, a document signer for 2, a
# revocation list for 30 days. The keys are thrown away.
# usage: ./make.sh   (in this folder)
set -euo pipefail
OUT=$PWD; W=$(mktemp -d); trap 'rm -rf "$W"' EXIT; cd "$W"

# --- what cards say of themselves
openssl ecparam -name brainpoolP256r1 -genkey -noout -out chip.key
PUB=$(openssl pkey -in chip.key -pubout -outform DER | tail -c 65 | xxd -p | tr -d '\n')
cat > types.cnf <<EOF
[pace13]
o=OID:0.4.0.127.0.7.2.2.4.2.2
v=INTEGER:2
n=INTEGER:13
[pace12]
o=OID:0.4.0.127.0.7.2.2.4.2.2
v=INTEGER:2
n=INTEGER:12
[ca41]
o=OID:0.4.0.127.0.7.2.2.3.2.2
v=INTEGER:2
k=INTEGER:0x41
[ca45]
o=OID:0.4.0.127.0.7.2.2.3.2.2
v=INTEGER:2
k=INTEGER:0x45
[ca3]
o=OID:0.4.0.127.0.7.2.2.3.2.2
v=INTEGER:3
k=INTEGER:0x42
[dom41]
o=OID:0.4.0.127.0.7.2.2.3.2
p=SEQUENCE:sdp
k=INTEGER:0x41
[dom45]
o=OID:0.4.0.127.0.7.2.2.3.2
p=SEQUENCE:sdp
k=INTEGER:0x45
[dom42]
o=OID:0.4.0.127.0.7.2.2.3.2
p=SEQUENCE:sdp
k=INTEGER:0x42
[sdp]
o=OID:0.4.0.127.0.7.1.2
n=INTEGER:13
[psa]
o=OID:0.4.0.127.0.7.2.2.11.2.3
r=SEQUENCE:psareq
k=INTEGER:0x42
[psareq]
v=INTEGER:1
a=INTEGER:0
b=INTEGER:1
[priv]
o=OID:0.4.0.127.0.7.2.2.8
s=SET:privinfos
[privinfos]
a=SEQUENCE:ca45
b=SEQUENCE:dom45
[ta]
o=OID:0.4.0.127.0.7.2.2.2
v=INTEGER:2
[ta1]
o=OID:0.4.0.127.0.7.2.2.2
v=INTEGER:1
[ci]
o=OID:0.4.0.127.0.7.2.2.6
u=IA5STRING:https://bsi.bund.de/cif/npa.xml
[pk41]
o=OID:0.4.0.127.0.7.2.2.1.2
s=SEQUENCE:spki
k=INTEGER:0x41
[spki]
a=SEQUENCE:sdp
b=FORMAT:HEX,BITSTRING:$PUB
[ri1]
o=OID:0.4.0.127.0.7.2.2.5.2.3
p=SEQUENCE:ri1p
[ri1p]
v=INTEGER:1
k=INTEGER:1
a=BOOLEAN:TRUE
[ri2]
o=OID:0.4.0.127.0.7.2.2.5.2.3
p=SEQUENCE:ri2p
[ri2p]
v=INTEGER:1
k=INTEGER:2
a=BOOLEAN:FALSE
[ridom]
o=OID:0.4.0.127.0.7.2.2.5.2
p=SEQUENCE:sdp
[ridomx]
o=OID:0.4.0.127.0.7.2.2.5.2
p=SEQUENCE:ecx
[dom41x]
o=OID:0.4.0.127.0.7.2.2.3.2
p=SEQUENCE:ecx
k=INTEGER:0x41
[pk41x]
o=OID:0.4.0.127.0.7.2.2.1.2
s=SEQUENCE:spkix
k=INTEGER:0x41
[spkix]
a=SEQUENCE:ecx
b=FORMAT:HEX,BITSTRING:$PUB
[ecx]
o=OID:1.2.840.10045.2.1
p=SEQUENCE:ecp
[ecp]
v=INTEGER:1
f=SEQUENCE:ecf
c=SEQUENCE:ecc
g=FORMAT:HEX,OCTETSTRING:048BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997
n=INTEGER:0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7
h=INTEGER:1
[ecf]
o=OID:1.2.840.10045.1.1
p=INTEGER:0xA9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377
[ecc]
a=FORMAT:HEX,OCTETSTRING:7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9
b=FORMAT:HEX,OCTETSTRING:26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6
[pspk]
o=OID:0.4.0.127.0.7.2.2.1.3.2
r=SEQUENCE:pspkreq
p=SEQUENCE:pspkopt
[pspkreq]
k=SEQUENCE:spki
[pspkopt]
k=IMPLICIT:2,INTEGER:0x42
[eid]
o=OID:0.4.0.127.0.7.2.2.7
s=SEQUENCE:eidobj
[eidobj]
h=SEQUENCE:eidhash
d=SEQUENCE:eidgroups
[eidhash]
o=OID:2.16.840.1.101.3.4.2.1
[eidgroups]
a=SEQUENCE:eidgroup
b=SEQUENCE:eidgroup
c=SEQUENCE:eidgroup
[eidgroup]
n=INTEGER:4
h=FORMAT:HEX,OCTETSTRING:0000000000000000000000000000000000000000000000000000000000000000
EOF
infos() { # infos FILE TYPE...
  local file=$1; shift
  { echo "asn1=SET:infos"; echo "[infos]"; local i=0; for t in "$@"; do i=$((i+1)); echo "i$i=SEQUENCE:$t"; done; cat types.cnf; } > c.cnf
  openssl asn1parse -genconf c.cnf -noout -out "$file"; }
infos "$OUT/card_access.der" pace13 pace12 ca41 ca3 dom41 dom42 psa priv ta ci
infos "$OUT/card_access_other.der" pace13 pace12 ca41 ca3 dom41 dom42 psa priv ta1 ci
infos "$OUT/card_access_2011.der" pace13 ca41 ca45 dom41 dom45 ta ci
infos "$OUT/content.der" pace13 pace12 ca41 ca3 dom41 dom42 psa priv ta ci pk41 ri1 ri2 ridom
infos "$OUT/content_2011.der" pace13 ca41 ca45 dom41 dom45 ta ci pk41 ri1 ri2 ridom
# all that a card may say, with the curve's numbers written down
infos "$OUT/card_access_long.der" pace13 pace12 ca41 ca3 dom41x dom42 psa priv ta ci
infos content_long.der pace13 pace12 ca41 ca3 dom41x dom42 psa priv ta ci pk41x pspk ri1 ri2 ridomx eid
cp "$OUT/content.der" .

# --- certificates
cat > x.cnf <<EOF
[req]
distinguished_name=dn
string_mask=utf8only
[dn]
[csca]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[csca_no_key_id]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=none
authorityKeyIdentifier=none
[no_ca]
basicConstraints=critical,CA:FALSE
[ds]
keyUsage=critical,digitalSignature
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
2.23.136.1.1.6.2=ASN1:SEQUENCE:types
[types]
v=INTEGER:0
t=SET:typeset
[typeset]
a=PRINTABLESTRING:ID
b=PRINTABLESTRING:AR
c=PRINTABLESTRING:UB
[ds_passport]
keyUsage=critical,digitalSignature
2.23.136.1.1.6.2=ASN1:SEQUENCE:ptypes
[ptypes]
v=INTEGER:0
t=SET:ptypeset
[ptypeset]
a=PRINTABLESTRING:P
[ds_agreement]
keyUsage=critical,keyAgreement
[ds_critical]
1.2.3.4.5=critical,ASN1:NULL
[mls]
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,2.23.136.1.1.3
authorityKeyIdentifier=keyid
[ca]
default_ca=c
[c]
database=db
crlnumber=crln
default_md=sha384
default_crl_days=30
crl_extensions=crl
[crl]
authorityKeyIdentifier=keyid
[crl_plain]
1.2.3.4.5=ASN1:NULL
[crl_partial]
authorityKeyIdentifier=keyid
issuingDistributionPoint=critical,@idp
[idp]
onlyCA=TRUE
EOF
key() { openssl ecparam -name "$2" -genkey -noout -param_enc "${3:-named_curve}" -out "$1.key"; }
root() { # root NAME CN MD SECTION [SUBJECT]
  openssl req -new -x509 -key "$1.key" -config x.cnf -extensions "$4" -"$3" -days 3652 \
    -set_serial "0x3$(openssl rand -hex 4 | tail -c 8)" -subj "${5:-/C=DE/O=bund/OU=bsi/CN=$2}" -out "$1.pem"; }
leaf() { # leaf NAME CSCA SERIAL SECTION MD [SUBJECT]
  openssl req -new -key "$1.key" -config x.cnf -subj "${6:-/C=DE/O=Musterdruckerei/CN=DS $1}" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -set_serial "$3" -days 730 -"$5" -extfile x.cnf -extensions "$4" -out "$1.pem"; }
sign() { # sign FILE DS MD TYPE CONTENT [options]
  local file=$1 ds=$2 md=$3 type=$4 content=$5; shift 5
  openssl cms -sign -binary -nodetach -nosmimecap -md "$md" -econtent_type "$type" -in "$content" -signer "$ds.pem" -inkey "$ds.key" \
    -outform DER -out "$OUT/$file" "$@"; }
SO=0.4.0.127.0.7.3.2.1

# one of each curve; with P-521 the hash is shorter than half the curve
for row in "p256 prime256v1 sha256" "p384 secp384r1 sha384" "p521 secp521r1 sha256" "bp256 brainpoolP256r1 sha256" \
  "bp384 brainpoolP384r1 sha384" "bp512 brainpoolP512r1 sha512"; do
  set -- $row; key "csca_$1" "$2"; root "csca_$1" "csca-$1" "$3" csca; key "ds_$1" "$2"; leaf "ds_$1" "csca_$1" 0x11 ds "$3"
  sign "card_$1.der" "ds_$1" "$3" $SO content.der; cp "csca_$1.pem" "$OUT"; done

# the usual one, and what may be wrong with it
key csca brainpoolP384r1; root csca csca-germany sha384 csca; cp csca.pem "$OUT"
openssl x509 -in csca.pem -outform DER -out "$OUT/csca.der"
key ds brainpoolP256r1; leaf ds csca 0x6A ds sha384
sign card.der ds sha256 $SO content.der
sign card_2011.der ds sha256 $SO "$OUT/content_2011.der"
sign card_key_id.der ds sha256 $SO content.der -keyid
sign card_no_attributes.der ds sha256 $SO content.der -noattr
sign card_no_certificate.der ds sha256 $SO content.der -nocerts
sign card_other_type.der ds sha256 0.4.0.127.0.7.3.2.2 content.der
sign card_sha1.der ds sha1 $SO content.der
echo -n "no SecurityInfos" > no_infos.bin; sign card_no_infos.der ds sha256 $SO no_infos.bin
sign card_two_signers.der ds sha256 $SO content.der -signer ds_p256.pem -inkey ds_p256.key
key ds_passport brainpoolP256r1; leaf ds_passport csca 0x6B ds_passport sha384; sign card_passport_signer.der ds_passport sha256 $SO content.der
key ds_abroad brainpoolP256r1; leaf ds_abroad csca 0x6C no_ca sha384 "/C=FR/O=Imprimerie/CN=DS"; sign card_abroad.der ds_abroad sha256 $SO content.der
key ds_critical brainpoolP256r1; leaf ds_critical csca 0x6D ds_critical sha384; sign card_critical.der ds_critical sha256 $SO content.der
key ds_agreement brainpoolP256r1; leaf ds_agreement csca 0x6E ds_agreement sha384; sign card_agreement.der ds_agreement sha256 $SO content.der
sign card_by_csca.der csca sha384 $SO content.der
# a CSCA of the same name with another key, and no key id that would tell them apart
key twin brainpoolP384r1; root twin csca-germany sha384 csca_no_key_id; cp twin.pem "$OUT/csca_twin.pem"
key twin_2 brainpoolP384r1; root twin_2 csca-germany sha384 csca; cp twin_2.pem "$OUT/csca_twin_key_id.pem"
# a root that is no CA
key no_ca brainpoolP384r1; root no_ca no-ca sha384 no_ca; cp no_ca.pem "$OUT/csca_no_ca.pem"
# all numbers of the curves written down; and the same with a forged generator
key csca_explicit brainpoolP384r1 explicit; root csca_explicit csca-explicit sha384 csca; cp csca_explicit.pem "$OUT"
key ds_explicit brainpoolP256r1 explicit; leaf ds_explicit csca_explicit 0x21 ds sha384; sign card_explicit.der ds_explicit sha256 $SO content.der
sign card_long.der ds_explicit sha256 $SO content_long.der -certfile csca_explicit.pem
python3 "$OUT/forge.py" ds_explicit csca_explicit content.der "$OUT/card_forged_generator.der"
# as the emulated card of tests/peers is made: nothing but OpenSSL's defaults
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP384r1 -nodes -keyout csca_plain.key -out csca_plain.pem -days 3650 \
  -subj '/C=DE/O=kiosk test/CN=TEST csca kiosk' -sha384
openssl req -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP256r1 -nodes -keyout ds_plain.key -out ds_plain.csr \
  -subj '/C=DE/O=kiosk test/CN=TEST document signer'
openssl x509 -req -in ds_plain.csr -CA csca_plain.pem -CAkey csca_plain.key -CAcreateserial -days 3650 -sha384 -out ds_plain.pem
sign card_plain.der ds_plain sha256 $SO content.der; cp csca_plain.pem "$OUT"
# the next CSCA, its link, and a card of it
key csca_next brainpoolP512r1; root csca_next csca-germany-2 sha512 csca; cp csca_next.pem "$OUT"
openssl req -new -key csca_next.key -config x.cnf -subj "/C=DE/O=bund/OU=bsi/CN=csca-germany-2" -out link.csr
openssl x509 -req -in link.csr -CA csca.pem -CAkey csca.key -set_serial 0x70 -days 3000 -sha384 -extfile x.cnf -extensions csca -out "$OUT/csca_link.pem"
key ds_next brainpoolP256r1; leaf ds_next csca_next 0x71 ds sha512; sign card_next.der ds_next sha256 $SO content.der

# --- revocation lists
crl() { # crl FILE CSCA [options]
  local file=$1 csca=$2; shift 2; openssl ca -config x.cnf -gencrl -cert "$csca.pem" -keyfile "$csca.key" -out "$OUT/$file" "$@"; }
: > db; echo 01 > crln
crl crl_old.pem csca -crl_lastupdate 20261120000000Z -crl_nextupdate 20261122000000Z
crl crl_empty.pem csca; crl crl_partial.pem csca -crlexts crl_partial; crl crl_twin.pem twin -crlexts crl_plain
openssl ca -config x.cnf -revoke ds.pem -cert csca.pem -keyfile csca.key; crl crl_signer.pem csca
: > db; openssl ca -config x.cnf -revoke csca.pem -cert csca.pem -keyfile csca.key; crl crl_csca.pem csca

# --- master list and blocklist
key mls brainpoolP256r1; leaf mls csca 0x72 mls sha384 "/C=DE/O=bund/OU=bsi/CN=Master List Signer"; cp mls.pem "$OUT/master_list_signer.pem"
key bls brainpoolP256r1; leaf bls csca 0x73 no_ca sha384 "/C=DE/O=BerCA/CN=Blocklist Signer"; cp bls.pem "$OUT/blocklist_signer.pem"
key csca_fr secp384r1; root csca_fr "" sha384 csca "/C=FR/O=Gouv/CN=CSCA"
openssl req -new -x509 -newkey rsa:2048 -nodes -keyout rsa.key -config x.cnf -extensions csca -days 3652 -subj "/C=DE/O=bund/OU=bsi/CN=csca-rsa" -out csca_rsa.pem
for c in csca csca_next csca_p256 csca_fr csca_rsa; do openssl x509 -in $c.pem -outform DER -out $c.der; done
openssl x509 -in "$OUT/csca_link.pem" -outform DER -out link.der
python3 - <<'EOF'
def tlv(tag, value):
    n = len(value)
    b = n.to_bytes((n.bit_length() + 7) // 8 or 1, 'big')
    return bytes([tag]) + (bytes([n]) if n < 128 else bytes([0x80 | len(b)]) + b) + value
certs = [open(f + '.der', 'rb').read() for f in ('link', 'csca_fr', 'csca_rsa', 'csca_next', 'csca', 'csca_p256')]
open('ml.der', 'wb').write(tlv(0x30, b'\x02\x01\x00' + tlv(0x31, b''.join(certs))))
ids = [bytes([i * 37 % 256]) * 32 for i in range(1, 40)]
details = lambda sector, ids: tlv(0x30, tlv(4, sector) + tlv(0x30, b''.join(tlv(4, i) for i in ids)))
content = tlv(0x30, details(b'S' * 32, ids) + details(b'T' * 32, [b'\x77' * 32]))
open('bl.der', 'wb').write(tlv(0x30, b'\x02\x01\x00\x02\x01\x00' + tlv(4, b'list 7') + content))
EOF
ML=2.23.136.1.1.2; sign master_list.der mls sha256 $ML ml.der; sign master_list_by_ds.der ds sha256 $ML ml.der
sign blocklist.der bls sha256 0.4.0.127.0.7.3.2.2 bl.der

# --- the curve that no crate has
for md in sha256 sha384 sha512; do echo -n "sample $md" | openssl dgst -$md -sign csca_bp512.key -out "$OUT/bp512_$md.sig"; done
openssl pkey -in csca_bp512.key -pubout -outform DER -out "$OUT/bp512.spki"
