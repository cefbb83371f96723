# Starts MariaDB on 127.0.0.1:3306 with the user `dev`, password `secret`, who may do all in the database `app`.
set -e
data=/tmp/.mariadb
socket=/tmp/mysqld.sock
small="--innodb-log-file-size=4M --innodb-buffer-pool-size=16M --innodb-flush-log-at-trx-commit=0"
mariadb-install-db --no-defaults --datadir="$data" --auth-root-authentication-method=normal --skip-test-db $small
/usr/sbin/mariadbd --no-defaults --datadir="$data" --socket="$socket" --bind-address=127.0.0.1 --skip-name-resolve \
    --log-error="$data/log" $small &
waited=0
until mariadb-admin --no-defaults --socket="$socket" --user=root ping >/dev/null 2>&1; do
    waited=$((waited + 1))
    [ "$waited" -lt 300 ] || { cat "$data/log"; exit 1; }
    sleep 0.1
done
mariadb --no-defaults --socket="$socket" --user=root --execute "
    DROP USER IF EXISTS ''@'localhost';
    CREATE DATABASE app;
    CREATE USER 'dev'@'%' IDENTIFIED BY 'secret';
    GRANT ALL ON app.* TO 'dev'@'%';"
