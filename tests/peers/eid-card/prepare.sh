#!/bin/bash
# Prepares an emulated German identity card from Debian 12 packages alone; a second call takes a second.
# usage: prepare.sh WORKDIR   leaves in it: pyeac/ (Python binding of libeac), vicc/ (the emulator), pki/ (its files)
# Nothing is started here: tests/eid_card.rs starts and stops pcscd and the card itself.
set -eu
HERE=$(cd "$(dirname "$0")"; pwd); W=$(realpath -m "$1"); mkdir -p "$W"; cd "$W"
exec 9> lock; flock 9   # two test runs must not prepare at once
# What failed runs have left for reading, after an hour.
find . -maxdepth 1 -name 'run-*' -mmin +60 -exec rm -rf {} +
# The number changes with this script or the repair; the certificates live for a year.
[ -n "$(find ready-3 -mtime -300 2>/dev/null)" ] && exit 0

# 1 packages; asked for only when one is missing, so that no network is needed later
PACKAGES="pcscd vsmartcard-vpcd vsmartcard-vpicc libeac3 libeac-dev openpace python3-pycryptodome python3-dev swig gcc
  dpkg-dev libssl-dev libpcsclite-dev openssl xxd util-linux"
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

# 3 repaired copy of Debian's vicc
"$HERE/repair-vicc.sh" "$W/vicc"

# 4 trust point for terminals and the card's own files (CSCA > DS > EF.CardSecurity, key of chip authentication)
rm -rf pki; mkdir -p pki; cd pki
X=$(date -d '+1 year' +%y%m%d)
openssl ecparam -name brainpoolP256r1 -genkey -noout -param_enc explicit | openssl pkcs8 -topk8 -nocrypt -outform DER -out cvca.pkcs8
cvc-create --out-cert=cvca.cvcert --role=cvca --type=at --chr=DETESTeID00001 --expires="$X" --sign-with=cvca.pkcs8 --scheme=ECDSA_SHA_256 \
  --read-dg1 --read-dg4 --read-dg5 --read-dg8 --read-dg17 --can-allowed >/dev/null
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
CNF
openssl asn1parse -genconf cs.cnf -noout -out cs_content.der
sed '/^e=SEQUENCE:capk/d' cs.cnf > ca.cnf; openssl asn1parse -genconf ca.cnf -noout -out ef_cardaccess.bin
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP384r1 -nodes -keyout csca.key -out csca.pem -days 3650 -subj '/C=DE/O=test/CN=TEST csca' -sha384 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP256r1 -nodes -keyout ds.key -out ds.csr -subj '/C=DE/O=test/CN=TEST document signer' 2>/dev/null
openssl x509 -req -in ds.csr -CA csca.pem -CAkey csca.key -CAcreateserial -days 3650 -sha384 -out ds.pem 2>/dev/null
openssl cms -sign -binary -nodetach -nosmimecap -md sha256 -econtent_type 0.4.0.127.0.7.3.2.1 -in cs_content.der -signer ds.pem -inkey ds.key -outform DER -out ef_cardsecurity.bin
cd ..; touch ready-3
