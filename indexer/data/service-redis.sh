# Starts Redis on localhost:6379, without a password.
set -e
redis-server --bind 127.0.0.1 --port 6379 --save '' --dir /tmp --daemonize yes --logfile /tmp/.redis.log
waited=0
until [ "$(redis-cli -h 127.0.0.1 ping 2>/dev/null)" = PONG ]; do
    waited=$((waited + 1))
    [ "$waited" -lt 300 ] || { cat /tmp/.redis.log; exit 1; }
    sleep 0.1
done
