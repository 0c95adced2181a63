create or replace function public.update_updated_at_column() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.updated_at = clock_timestamp();
    return new;
end
$$;

select uxpipeline.restrict_function('public.update_updated_at_column()');
