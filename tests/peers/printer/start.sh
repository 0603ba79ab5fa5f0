#!/bin/bash
# An IPP Everywhere printer (CUPS's ippeveprinter) on localhost. usage: start.sh WORKDIR PORT
# Runs in the foreground in mount and PID namespaces of its own, with its own D-Bus and Avahi: it disturbs no other
# service of the machine, and killing this one process ends all that it started.
# Needs root, and from Debian: cups-ipp-utils avahi-daemon dbus util-linux curl.
# WORKDIR/ready appears when it takes jobs on A4. Each job lands in WORKDIR/jobs/. While a file WORKDIR/fault exists, a job raises its content (e.g. media-jam-error) as
# printer state and doesn't end.
set -e
HERE=$(cd "$(dirname "$0")"; pwd)
exec unshare --mount --pid --fork --kill-child --mount-proc "$HERE/inside.sh" "$(realpath -m "$1")" "$2"
