-- The seed's three service roles. Roles belong to the whole cluster, so another database may have made them already.
-- From PostgreSQL 16 on a creator without SUPERUSER needs the second grant to be able to SET ROLE.
do $$
declare
    role_name text;
    -- A creator is a member at once, but from PostgreSQL 16 on without this.
    enough text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
begin
    foreach role_name in array array['beacon_ingest', 'ai_analysis', 'admin'] loop
        begin
            execute format('create role %I nologin', role_name);
        exception when duplicate_object or unique_violation then
            null;
        end;
        if not pg_has_role(current_user, role_name, enough) then
            execute format('grant %I to current_user', role_name);
        end if;
        -- Supabase's API connects as `authenticator` and then switches to the role of the token.
        if exists (select from pg_roles where rolname = 'authenticator') then
            execute format('grant %I to authenticator', role_name);
        end if;
    end loop;
end
$$;

grant usage on schema public to beacon_ingest, ai_analysis, admin;
