-- What a Supabase project looks like to us, after its public documentation: the owner `postgres` is no superuser, the API
-- logs in as `authenticator`, and new tables are given to nobody.
create role postgres login createdb createrole replication bypassrls password :'password';
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit password :'password';
create role supabase_auth_admin nologin noinherit createrole;
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres with admin option;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role postgres set statement_timeout = '2min';

-- Every database of the tests is a copy of this one.
\connect template1
create schema extensions authorization postgres;
grant usage on schema public, extensions to anon, authenticated, service_role;
create schema auth authorization supabase_auth_admin;
create function auth.role() returns text language sql stable
return coalesce(current_setting('request.jwt.claim.role', true), current_setting('request.jwt.claims', true)::jsonb ->> 'role');
grant usage on schema auth to anon, authenticated, service_role, postgres;

create database uxpipeline_test owner postgres;
\connect uxpipeline_test
alter schema public owner to postgres;
