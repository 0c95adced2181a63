-- Functions are executable by everyone unless that is taken back.
create or replace function uxpipeline.restrict_function(routine regprocedure) returns void
language plpgsql
set search_path = ''
as $$
declare
    grantee text;
begin
    execute format('revoke all on function %s from public', routine);
    for grantee in
        select rolname from pg_catalog.pg_roles
        where rolname in ('anon', 'authenticated', 'beacon_ingest', 'ai_analysis', 'admin')
    loop
        execute format('revoke all on function %s from %I', routine, grantee);
    end loop;
end
$$;

select uxpipeline.restrict_function('uxpipeline.restrict_function(regprocedure)');
