#!/bin/bash
# What start.sh runs inside the namespaces. usage: inside.sh WORKDIR PORT
set -e
W=$1; P=$2
mkdir -p "$W/spool" "$W/jobs"
cat > "$W/job.sh" <<EOS
#!/bin/sh
cp "\$1" "$W/jobs/.part" && mv "$W/jobs/.part" "$W/jobs/\${IPP_JOB_ID:-0}.pdf"
echo "\${IPP_JOB_NAME:-none}" >> "$W/job-names"
if [ -s "$W/fault" ]; then
  f=\$(cat "$W/fault"); echo "STATE: +\$f" >&2
  while [ -s "$W/fault" ]; do sleep 0.1; done
  echo "STATE: -\$f" >&2
fi
echo "ATTR: job-impressions=1 job-impressions-completed=1" >&2
EOS
chmod +x "$W/job.sh"
mount -t tmpfs none /run
mkdir -p /run/dbus
dbus-daemon --system --fork
avahi-daemon --no-drop-root --no-rlimits --no-chroot > "$W/avahi.log" 2>&1 < /dev/null &
for _ in $(seq 100); do [ -S /run/avahi-daemon/socket ] && break; sleep 0.1; done
ippeveprinter -2 -d "$W/spool" -p "$P" -n localhost -r off -f application/pdf,image/pwg-raster -c "$W/job.sh" "Rathaus A4" &
PRINTER=$!
# Its trays hold US Letter from the start: put A4 into the first, as a clerk would on its web page.
for _ in $(seq 100); do
  curl -sf -o /dev/null "http://localhost:$P/media?size1=iso_a4_210x297mm&type1=stationery&level1=250&size3=iso_dl_110x220mm&type3=envelope&level3=25" && touch "$W/ready" && break
  sleep 0.1
done
wait "$PRINTER"
