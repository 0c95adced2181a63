-- Takes every privilege on a relation from the public and from Supabase's API roles, whatever default privileges gave.
create or replace function uxpipeline.restrict_relation(relation regclass) returns void
language plpgsql
set search_path = ''
as $$
declare
    grantee text;
begin
    execute format('revoke all on %s from public', relation);
    for grantee in
        select rolname from pg_catalog.pg_roles
        where rolname in ('anon', 'authenticated', 'beacon_ingest', 'ai_analysis', 'admin')
    loop
        execute format('revoke all on %s from %I', relation, grantee);
    end loop;
end
$$;

select uxpipeline.restrict_function('uxpipeline.restrict_relation(regclass)');
