#!/bin/sh
# Makes a Python environment with what requirements.txt names, programs nobody here wrote, and prints its interpreter.
# Call: prepare.sh FOLDER. Kept in FOLDER between runs, made anew when requirements.txt changes. Takes 15 s the first time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
mkdir -p "$folder"
# Tests run side by side; one of them prepares.
exec 9>"$folder/lock"
flock 9
if ! cmp -s "$here/requirements.txt" "$folder/ready"; then
    rm -rf "$folder/venv" "$folder/ready"
    python3 -m venv "$folder/venv" >&2 || {
        echo "python3 -m venv failed; on Debian: apt-get install python3-venv" >&2
        exit 1
    }
    "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
    cp "$here/requirements.txt" "$folder/ready"
fi
echo "$folder/venv/bin/python"
