#!/bin/bash
# Makes the files here anew with OpenSSL 3.0: EF.CardAccess and EF.CardSecurity of a chip that has the key of BSI's worked
# example, and the CSCA that vouches for it. Valid for 2 years from 2026-11-23; the issuers' keys are thrown away.
# usage: ./make.sh   (in this folder)
set -euo pipefail
OUT=$PWD; W=$(mktemp -d); trap 'rm -rf "$W"' EXIT; cd "$W"
PUB=04a44ebe5451df7aadb01e459b8c928a87746a57927c8c28a6775c97a7e1fe8d9a46ff4a1cc7e4d1389aea19758e4f75c28c598fd734aebeb135337cf95be12e94
cat > types.cnf <<EOF
[pace]
o=OID:0.4.0.127.0.7.2.2.4.2.2
v=INTEGER:2
n=INTEGER:13
[ca]
o=OID:0.4.0.127.0.7.2.2.3.2.2
v=INTEGER:2
k=INTEGER:0x41
[dom]
o=OID:0.4.0.127.0.7.2.2.3.2
p=SEQUENCE:sdp
k=INTEGER:0x41
[sdp]
o=OID:0.4.0.127.0.7.1.2
n=INTEGER:13
[ta]
o=OID:0.4.0.127.0.7.2.2.2
v=INTEGER:2
[ta1]
o=OID:0.4.0.127.0.7.2.2.2
v=INTEGER:1
[pk]
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
EOF
infos() { local file=$1; shift
  { echo "asn1=SET:infos"; echo "[infos]"; local i=0; for t in "$@"; do i=$((i+1)); echo "i$i=SEQUENCE:$t"; done; cat types.cnf; } > c.cnf
  openssl asn1parse -genconf c.cnf -noout -out "$file"; }
infos "$OUT/card_access.der" pace ca dom ta
infos "$OUT/card_access_other.der" pace ca dom ta1
infos content.der pace ca dom ta pk ri1 ri2 ridom
infos no_blocklist_key.der pace ca dom ta pk ri1 ridom
cat > x.cnf <<EOF
[req]
distinguished_name=dn
string_mask=utf8only
[dn]
[csca]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
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
EOF
openssl ecparam -name brainpoolP384r1 -genkey -noout -out csca.key
openssl req -new -x509 -key csca.key -config x.cnf -extensions csca -sha384 -days 3652 -subj '/C=DE/O=bund/OU=bsi/CN=csca-germany' -out csca.pem
openssl x509 -in csca.pem -outform DER -out "$OUT/csca.der"
openssl ecparam -name brainpoolP256r1 -genkey -noout -out ds.key
openssl req -new -key ds.key -config x.cnf -subj '/C=DE/O=Musterdruckerei/CN=DS chip' -out ds.csr
openssl x509 -req -in ds.csr -CA csca.pem -CAkey csca.key -set_serial 0x6A -days 730 -sha384 -extfile x.cnf -extensions ds -out ds.pem
for row in "content card_security" "no_blocklist_key card_security_no_blocklist_key"; do set -- $row
  openssl cms -sign -binary -nodetach -nosmimecap -md sha256 -econtent_type 0.4.0.127.0.7.3.2.1 -in "$1.der" -signer ds.pem \
    -inkey ds.key -outform DER -out "$OUT/$2.der"; done
