# Starts PostgreSQL on localhost:5432 with the role `dev`, password `secret`, who owns the database `app`.
# Durability is off and files are small: all of it lies in memory and is gone with the program.
set -e
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
data=/tmp/.postgresql
"$bin/initdb" --pgdata "$data" --username postgres --auth-local trust --auth-host scram-sha-256 \
    --encoding UTF8 --locale C --wal-segsize 1 --no-sync --no-instructions
"$bin/pg_ctl" --pgdata "$data" --wait --log "$data/log" start \
    --options "-k /tmp -c listen_addresses=localhost -c fsync=off -c shared_buffers=16MB -c max_connections=40" ||
    { cat "$data/log"; exit 1; }
"$bin/psql" --host /tmp --username postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
    --command "CREATE ROLE dev LOGIN PASSWORD 'secret'" --command "CREATE DATABASE app OWNER dev"
