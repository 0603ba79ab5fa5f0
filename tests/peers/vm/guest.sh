#!/bin/bash
# In the virtual machine: does what schalter-kiosk.service does, without systemd: the console is locked as root, the kiosk
# runs as a user who may use the display and input devices and nothing else. Its log goes to the serial line.
# usage: guest.sh WORKDIR      with kiosk, lock-console, kiosk.toml and authority.jwk in it
set -u
workdir=$1
user=65534

mkdir -p /run/schalter
install -m 755 "$workdir/kiosk" /run/kiosk
install -m 644 "$workdir/kiosk.toml" "$workdir/authority.jwk" /run/schalter/
chown -R $user:$user /run/schalter
cd /run

kiosk() {
  setpriv --reuid $user --regid $user "$@" --bounding-set=-all --no-new-privs /run/kiosk --config /run/schalter/kiosk.toml
}

# A user who may not use the display: must end, and say why.
kiosk --clear-groups
echo "without a display: $?"

# Terminals to which the kernel would switch, were it let: it doesn't to one that nobody ever opened.
sleep infinity < /dev/tty2 &
sleep infinity < /dev/tty12 &
"$workdir/lock-console" || echo "console not locked"
echo "keyboard: $(kbd_mode -C /dev/tty1)"
(
  was=
  while sleep 0.3; do
    now=$(< /sys/class/tty/tty0/active)
    [ "$now" = "$was" ] || echo "virtual terminal: $now"
    was=$now
  done
) &
kiosk --groups video,input
echo "kiosk ended: $?"
