#!/bin/sh
# Makes the cluster, two users and their databases, and sets the passwords that the Secrets hold
# now: to rotate one, change the Secret and restart. Passwords come by environment, never argv.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username=postgres --encoding=UTF8 --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
fi
pg_ctl start -w -t 120 -o "-c listen_addresses='' -k /tmp"
psql -q -h /tmp -U postgres -v ON_ERROR_STOP=1 <<'SQL'
\getenv dagster DAGSTER_PG_PASSWORD
\getenv mlflow MLFLOW_PG_PASSWORD
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(array['dagster', 'mlflow']) AS name
  WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE dagster PASSWORD :'dagster';
ALTER ROLE mlflow PASSWORD :'mlflow';
SELECT format('CREATE DATABASE %I OWNER %I', name, name) FROM unnest(array['dagster', 'mlflow']) AS name
  WHERE name NOT IN (SELECT datname FROM pg_database) \gexec
REVOKE CONNECT ON DATABASE dagster, mlflow FROM PUBLIC;
SQL
pg_ctl stop -w -m fast
