-- The page template of a URL: its path, with :id for numbers and UUIDs, without host, query, fragment, final slash.
create or replace function uxpipeline.page_key(url text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
    select case when key = '' then '/' else key end
    from (
        select rtrim(
            regexp_replace(
                regexp_replace(url, '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*|[?#].*$', '', 'g'),
                '/([0-9]+|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})(?=/|$)', '/:id', 'g'
            ),
            '/'
        ) as key
    ) stripped
$$;

select uxpipeline.restrict_function('uxpipeline.page_key(text)');
