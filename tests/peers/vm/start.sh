#!/bin/bash
# Becomes a virtual machine with a real display (DRM/KMS), a pointer and a keyboard that sees this machine's root file
# system read-only, under QEMU without KVM.
# usage: start.sh WORKDIR GUEST_SCRIPT      makes qmp.sock and serial.log in WORKDIR; the machine ends with the script.
# The guest script runs as root in the host's root file system (/run is writable), with WORKDIR as argument; udev is up.
# The process that this script becomes is the machine: it ends when its parent does.
set -euo pipefail
workdir=$(realpath -m "$1")
script=$(realpath "$2")
mkdir -p "$workdir"

for program in qemu-system-x86_64 busybox cpio setpriv kbd_mode; do
  command -v "$program" > /dev/null || { echo "$program is missing: run .ci/packages run test" >&2; exit 1; }
done
kernel=$(ls -v /boot/vmlinuz-* 2> /dev/null | tail -1)
[ -r "$kernel" ] || { echo "there is no readable kernel in /boot (linux-image-amd64): run .ci/packages run test" >&2; exit 1; }
version=${kernel#/boot/vmlinuz-}
[ -d "/lib/modules/$version" ] || { echo "the modules of kernel $version are missing: run .ci/packages run test" >&2; exit 1; }

# A first root with a shell and the modules that reach display, input and the host's files.
root=$workdir/initrd
rm -rf "$root"
mkdir -p "$root"/{bin,proc,sys,dev,mnt,lib/modules}
cp "$(command -v busybox)" "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
for module in virtio_pci 9pnet_virtio 9p virtio_gpu virtio_input evdev; do
  /sbin/modprobe -S "$version" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
done | awk '!seen[$0]++' > "$root/modules"
while read -r module; do
  mkdir -p "$root$(dirname "$module")"
  cp "$module" "$root$module"
done < "$root/modules"
cat > "$root/init" << EOS
#!/bin/sh
B=/bin/busybox
\$B mount -t devtmpfs dev /dev; \$B mount -t proc proc /proc; \$B mount -t sysfs sys /sys
while read -r module; do \$B insmod \$module || echo "no module \$module"; done < /modules
\$B mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=524288,cache=loose hostroot /mnt || echo "no root"
for d in dev proc sys; do \$B mount --bind /\$d /mnt/\$d; done
\$B mount -t tmpfs run /mnt/run
\$B chroot /mnt /bin/bash -c 'export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run SYSTEMD_IGNORE_CHROOT=1
  /lib/systemd/systemd-udevd --daemon
  for s in drm graphics input; do udevadm trigger --action=add --subsystem-match=\$s; done; udevadm settle -t 20
  exec /bin/bash "$script" "$workdir"'
echo "guest script ended: \$?"
\$B poweroff -f
EOS
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc 2> /dev/null | gzip -1) > "$workdir/initrd.gz"

exec setpriv --pdeathsig KILL qemu-system-x86_64 -accel tcg,thread=multi -smp 2 -m 1024 \
  -nographic -vga none -display none -no-reboot -monitor none \
  -device "virtio-gpu-pci,xres=${XRES:-1080},yres=${YRES:-1920}" -device virtio-tablet-pci -device virtio-keyboard-pci \
  -fsdev local,id=r,path=/,security_model=none,readonly=on,multidevs=remap \
  -device virtio-9p-pci,fsdev=r,mount_tag=hostroot \
  -kernel "$kernel" -initrd "$workdir/initrd.gz" \
  -append "console=ttyS0 quiet loglevel=4 panic=-1 vt.global_cursor_default=0" \
  -serial "file:$workdir/serial.log" -qmp "unix:$workdir/qmp.sock,server=on,wait=off" < /dev/null
