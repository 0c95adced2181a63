-- A project of before May 2026: whatever `postgres` makes in public is given to the API's roles at once.
\ir supabase-new.sql
\connect template1
alter default privileges for role postgres in schema public
grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
grant all on sequences to postgres, anon, authenticated, service_role;
