-- Supabase's API keeps the schema in mind; nobody listens on plain PostgreSQL. Sent once the transaction commits.
select pg_notify('pgrst', 'reload schema');
