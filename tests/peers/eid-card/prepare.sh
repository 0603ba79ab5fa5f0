#!/bin/bash
# Prepares an emulated German identity card from Debian 12 packages alone; a second call takes a second.
# usage: prepare.sh WORKDIR   leaves in it: pyeac/ (Python binding of libeac), vicc/ (the emulator), pki/ (its files, those
# of terminals, and a security module's token with the terminals' keys)
# Nothing is started here: src/emulated_card.rs starts and stops pcscd and the card.
set -eu
HERE=$(cd "$(dirname "$0")"; pwd); W=$(realpath -m "$1"); mkdir -p "$W"; cd "$W"
exec 9> lock; flock 9   # two test runs must not prepare at once
# What failed runs have left for reading, after an hour.
find . -maxdepth 1 -name 'run-*' -mmin +60 -exec rm -rf {} +
# The number changes with this script or the repair; the certificates live for a year.
[ -n "$(find ready-10 -mtime -300 2>/dev/null)" ] && exit 0

# 1 packages; asked for only when one is missing, so that no network is needed later
PACKAGES="pcscd vsmartcard-vpcd vsmartcard-vpicc libeac3 libeac-dev openpace python3-pycryptodome python3-dev swig gcc
  dpkg-dev libssl-dev libpcsclite-dev openssl xxd util-linux softhsm2"
INSTALLED=$(dpkg-query -W -f '${db:Status-Status}\n' $PACKAGES 2>/dev/null | grep -c '^installed$' || true)
if [ "$INSTALLED" -lt "$(echo $PACKAGES | wc -w)" ]; then
  apt-get -o DPkg::Lock::Timeout=600 update >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends $PACKAGES >/dev/null
fi

# 2 Python binding of Debian's libeac, from Debian's own source package (Debian ships no binding)
if [ ! -f pyeac/_eac.so ]; then
  rm -rf apt src pyeac; mkdir -p apt/lists/partial src pyeac
  if [ -f /etc/apt/sources.list.d/debian.sources ]; then
    sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > apt/src.sources
  else
    sed -n 's/^deb /deb-src /p' /etc/apt/sources.list > apt/src.list
  fi
  SOURCES=$(ls "$PWD"/apt/src.*)
  O="-o Dir::Etc::sourcelist=$SOURCES -o Dir::Etc::sourceparts=- -o Dir::State::lists=$PWD/apt/lists"
  apt-get $O update >/dev/null; (cd src && apt-get $O source -qq openpace >/dev/null)
  cd src/openpace-*/bindings/python; cp ../*.i .
  swig -python -outdir "$W/pyeac" -o eac_wrap.c eac.i
  gcc -O2 -shared -fPIC eac_wrap.c $(/usr/bin/python3-config --includes) -o "$W/pyeac/_eac.so.new" -leac -lcrypto
  cp chat.py pace_entity.py "$W/pyeac"; mv "$W/pyeac/_eac.so.new" "$W/pyeac/_eac.so"; cd "$W"
fi

# 3 repaired copy of Debian's vicc, and a repair of libeac that is loaded before it
gcc -O2 -shared -fPIC -Wno-deprecated-declarations "$HERE/coordinate.c" -o pyeac/coordinate.so.new -lcrypto
mv pyeac/coordinate.so.new pyeac/coordinate.so
bash "$HERE/repair-vicc.sh" "$W/vicc"

# 4 certificates of terminals by OpenPACE: CVCA > DV > terminal, and the same below a CVCA that only has the name
rm -rf pki ready-*; mkdir -p pki/tokens; cd pki
X=$(date -d '+1 year' +%y%m%d)
RIGHTS="--read-dg1 --read-dg2 --read-dg3 --read-dg4 --read-dg5 --read-dg6 --read-dg7 --read-dg8 --read-dg9 --read-dg10
  --read-dg13 --read-dg17 --read-dg18 --read-dg19 --read-dg20 --read-dg21 --rid --verify-community --verify-age --can-allowed"
COMMON="--expires=$X --scheme=ECDSA_SHA_256"
key() {   # NAME: NAME.pem names its curve, as tokens want it; NAME.pkcs8 has the curve's parameters, as OpenPACE wants it
  openssl ecparam -name brainpoolP256r1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.pem"
  openssl ec -in "$1.pem" -param_enc explicit 2>/dev/null | openssl pkcs8 -topk8 -nocrypt -outform DER -out "$1.pkcs8"
}
cvc() { cvc-create $COMMON $RIGHTS "$@" >/dev/null; }
printf 'Rathaus Musterstadt, Auslesen vor Ort' > terms.txt
terminal() {   # CVCA DV TERMINAL: names of the files; CVCA, DV and terminal of either chain have the same holder references
  key "$1"; key "$2"; key "$3"
  cvc --out-cert="$1.cvcert" --role=cvca --type=at --chr=DETESTeID00001 --sign-with="$1.pkcs8"
  cvc --out-cert="$2.cvcert" --role=dv_domestic --sign-as="$1.cvcert" --chr=DEDVTEST00001 --key="$2.pkcs8" --sign-with="$1.pkcs8"
  cvc --out-cert="$3.cvcert" --role=terminal --sign-as="$2.cvcert" --chr=DETESTAT00001 --key="$3.pkcs8" --sign-with="$2.pkcs8" \
    --cert-desc=terms.txt --issuer-name=TestDV --issuer-url=https://dv.test --subject-name=Musterstadt \
    --subject-url=https://stadt.test --out-desc="$3.desc"
}
terminal cvca dv term
terminal cvca_impostor dv_impostor term_impostor

# 5 a security module: one token with the terminal's key, one with another key under its name, one with none
export SOFTHSM2_CONF=$PWD/softhsm2.conf
printf 'directories.tokendir = %s\nobjectstore.backend = file\n' "$PWD/tokens" > softhsm2.conf
(umask 077; printf 123456 > token.pin)
for token in Rathaus Falsch Leer; do
  softhsm2-util --init-token --free --label "$token" --so-pin 12345678 --pin 123456 >/dev/null
done
keep() { softhsm2-util --import "$2" --token "$1" --pin 123456 --label DETESTAT00001 --id "$(printf DETESTAT00001 | xxd -p)" >/dev/null; }
keep Rathaus term.pem
keep Falsch term_impostor.pem

# 6 the card's own files: CSCA > DS > EF.CardSecurity, key of chip authentication; an empty revocation list; a stranger
openssl ecparam -name brainpoolP256r1 -genkey -noout -param_enc named_curve | openssl pkcs8 -topk8 -nocrypt -outform DER -out chip_ca.pkcs8
PUB=$(openssl pkey -inform DER -in chip_ca.pkcs8 -pubout -outform DER | tail -c 65 | xxd -p | tr -d '\n')
cat > cs.cnf <<CNF
asn1=SET:infos
[infos]
a=SEQUENCE:ta
b=SEQUENCE:cai
c=SEQUENCE:cadp
d=SEQUENCE:pace
e=SEQUENCE:capk
f=SEQUENCE:ri_sector
g=SEQUENCE:ri_blocklist
h=SEQUENCE:ridp
[ta]
o=OID:0.4.0.127.0.7.2.2.2
v=INTEGER:2
[cai]
o=OID:0.4.0.127.0.7.2.2.3.2.2
v=INTEGER:2
k=INTEGER:0x41
[cadp]
o=OID:0.4.0.127.0.7.2.2.3.2
p=SEQUENCE:sdp
k=INTEGER:0x41
[sdp]
o=OID:0.4.0.127.0.7.1.2
n=INTEGER:13
[pace]
o=OID:0.4.0.127.0.7.2.2.4.2.2
v=INTEGER:2
n=INTEGER:13
[capk]
o=OID:0.4.0.127.0.7.2.2.1.2
s=SEQUENCE:spki
k=INTEGER:0x41
[spki]
a=SEQUENCE:sdp
b=FORMAT:HEX,BITSTRING:$PUB
[ri_sector]
o=OID:0.4.0.127.0.7.2.2.5.2.3
p=SEQUENCE:ri_sector_params
[ri_sector_params]
v=INTEGER:1
k=INTEGER:0x43
a=BOOLEAN:TRUE
[ri_blocklist]
o=OID:0.4.0.127.0.7.2.2.5.2.3
p=SEQUENCE:ri_blocklist_params
[ri_blocklist_params]
v=INTEGER:1
k=INTEGER:0x44
a=BOOLEAN:FALSE
[ridp]
o=OID:0.4.0.127.0.7.2.2.5.2
p=SEQUENCE:sdp
CNF
openssl asn1parse -genconf cs.cnf -noout -out cs_content.der
# What cards say before PACE is a part of what is signed.
sed '/^[efgh]=SEQUENCE:/d' cs.cnf > ca.cnf; openssl asn1parse -genconf ca.cnf -noout -out ef_cardaccess.bin
csca() {   # NAME
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP384r1 -nodes -keyout "$1.key" -out "$1.pem" -days 3650 \
    -subj "/C=DE/O=test/CN=TEST $1" -sha384 2>/dev/null
  : > "$1.index"; echo 01 > "$1.number"
  printf '[ca]\ndefault_ca=c\n[c]\ndatabase=%s.index\ncrlnumber=%s.number\n' "$1" "$1" > "$1.cnf"
  openssl ca -gencrl -config "$1.cnf" -keyfile "$1.key" -cert "$1.pem" -md sha384 -crldays 365 -out "$1.crl" 2>/dev/null
}
csca csca; csca csca_stranger
openssl req -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP256r1 -nodes -keyout ds.key -out ds.csr -subj '/C=DE/O=test/CN=TEST document signer' 2>/dev/null
openssl x509 -req -in ds.csr -CA csca.pem -CAkey csca.key -CAcreateserial -days 3650 -sha384 -out ds.pem 2>/dev/null
cms() { openssl cms -sign -binary -nodetach -nosmimecap -md sha256 -outform DER "$@"; }
cms -econtent_type 0.4.0.127.0.7.3.2.1 -in cs_content.der -signer ds.pem -inkey ds.key -out ef_cardsecurity.bin

# 7 a sector: a public key object as OpenPACE writes it into a certificate, with the identifier of restricted
# identification instead of terminal authentication's; and its blocklists, one empty, one with the one identifier that
# the emulated card has
key sector
cvc --out-cert=sector.cvcert --role=cvca --type=at --chr=DESECTOR00001 --sign-with=sector.pkcs8
HEX=$(xxd -p sector.cvcert | tr -d '\n'); OBJECT=7f49${HEX#*7f49}
[ "${OBJECT:4:2}" = 82 ]   # two bytes of length
OBJECT=${OBJECT:0:$((10 + 2 * 16#${OBJECT:6:4}))}
echo "${OBJECT/060a04007f00070202020203/060a04007f00070202050203}" | xxd -r -p > sector.key
SECTOR=$(sha256sum sector.key | cut -d' ' -f1)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP256r1 -nodes -keyout lists.key -out lists.pem -days 3650 \
  -subj '/C=DE/O=test/CN=TEST lists' 2>/dev/null
blocklist() {   # FILE [IDENTIFIER]
  { printf 'asn1=SEQUENCE:list\n[list]\nv=INTEGER:1\nt=INTEGER:0\nn=OCTETSTRING:1\nc=SEQUENCE:sectors\n'
    printf '[sectors]\na=SEQUENCE:sector\n[sector]\ns=FORMAT:HEX,OCTETSTRING:%s\ni=SEQUENCE:ids\n[ids]\n' "$SECTOR"
    [ $# -lt 2 ] || printf 'a=FORMAT:HEX,OCTETSTRING:%s\n' "$2"; } > "$1.cnf"
  openssl asn1parse -genconf "$1.cnf" -noout -out "$1.der"
  cms -econtent_type 0.4.0.127.0.7.3.2.2 -in "$1.der" -signer lists.pem -inkey lists.key -out "$1.bin"
}
blocklist blocklist
blocklist blocklist_with_card 481e58d17c129a0ab4637d43c7f7eb2b06106f2690e300c4e70354a041f0d390

# 8 what is on the card and not as the emulator has it: one that is still valid
echo "DateOfExpiry=$(date -d '+5 years' +%Y%m%d)" > person.txt
cd ..; touch ready-10
