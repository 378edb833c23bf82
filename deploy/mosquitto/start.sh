#!/bin/sh
# Runs Mosquitto with the accounts that linli writes, and has it read them anew when they change.
# Arguments: the configuration and the folder of the accounts.
set -eu
configuration=${1:-/etc/mosquitto/mosquitto.conf}
accounts=${2:-/accounts}

until [ -s "$accounts/passwords" ] && [ -s "$accounts/rights" ]; do
    echo "waiting for linli to write $accounts" >&2
    sleep 1
done

seen=$(cksum "$accounts/passwords" "$accounts/rights")
mosquitto -c "$configuration" &
broker=$!
# SIGTERM lets Mosquitto write its queue; the second wait is for that
trap 'kill -TERM "$broker"' TERM INT

while kill -0 "$broker" 2>/dev/null; do
    sleep 1 &
    wait $! || true
    # a file that is being replaced at this moment is looked at again in a second
    now=$(cksum "$accounts/passwords" "$accounts/rights" 2>/dev/null) || continue
    if [ "$now" != "$seen" ]; then
        seen=$now
        kill -HUP "$broker" 2>/dev/null || true
    fi
done
wait "$broker"
