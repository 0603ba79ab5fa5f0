#!/bin/bash
# In the virtual machine: a sound card whose output can be recorded, a jack that can be plugged by hand, and the voice.
# usage: guest.sh WORKDIR      with headset, the example, in it
set -u
modprobe -a uinput snd-aloop || echo "headset: no modules"
udevadm settle -t 20
arecord -q -D hw:Loopback,1,0 -t raw -f S16_LE -c 1 -r 22050 /run/heard &
recorder=$!
"$1/headset" plughw:Loopback,0,0 2>&1
echo "headset: ended: $?"
kill $recorder; wait $recorder
# How loud and how long: the largest sample's upper byte, and the bytes in all.
loudest=$(od -An -v -t d2 -w2 /run/heard | sort -n -T /run | tail -1)
echo "headset: heard: $((loudest)) $(stat -c %s /run/heard)"
