-- Dagster's own storage; closed to every API role because nobody is granted USAGE.
create schema if not exists dagster;
