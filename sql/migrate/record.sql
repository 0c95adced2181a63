insert into uxpipeline.schema_migrations (version, name, sha256, duration_ms, tool_version)
values (%(version)s, %(name)s, %(sha256)s, %(duration_ms)s, %(tool_version)s)
on conflict (version) do update
set sha256 = excluded.sha256,
    name = excluded.name,
    applied_at = clock_timestamp(),
    applied_by = current_user,
    duration_ms = excluded.duration_ms,
    tool_version = excluded.tool_version,
    server_version = current_setting('server_version');
