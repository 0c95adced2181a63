-- Our bookkeeping; no API role gets USAGE on the schema.
create schema if not exists uxpipeline;

create table if not exists uxpipeline.schema_migrations (
    version text primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default clock_timestamp(),
    applied_by text not null default current_user,
    duration_ms integer not null,
    tool_version text not null,
    server_version text not null default current_setting('server_version')
);
