-- How an element is named across visits: its id, else its test id or name, else its path without positions.
create or replace function uxpipeline.element_key(element_path text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
    select coalesce(
        substring(target from '#[A-Za-z0-9_-]+'),
        substring(target from '\[data-testid=[^\]]*\]'),
        substring(target from '\[name=[^\]]*\]'),
        nullif(regexp_replace(element_path, ':nth-(child|of-type)\([0-9]+\)', '', 'g'), '')
    )
    from (select regexp_replace(element_path, '^.*[> ]', '') as target) last_step
$$;

select uxpipeline.restrict_function('uxpipeline.element_key(text)');
