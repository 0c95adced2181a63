-- Whether a submit event is of the form a hash stands for: that of its key, alone or after its page, as scores name it.
create or replace function uxpipeline.submits_form(event_data jsonb, element_path text, page_url text, form_hash text)
returns boolean
language sql immutable parallel safe
set search_path = ''
as $$
    select coalesce(
        form_hash in (
            encode(sha256(convert_to(key, 'UTF8')), 'hex'),
            encode(sha256(convert_to(uxpipeline.page_key(page_url) || ' ' || key, 'UTF8')), 'hex')
        ),
        false
    )
    from (
        select coalesce(
            case when form_id ~ '^[A-Za-z0-9_-]{1,200}$' then '#' || form_id else left(form_id, 200) end,
            uxpipeline.element_key(element_path)
        ) as key
        from (select nullif(event_data ->> 'form_id', '') as form_id) given
    ) named
$$;

select uxpipeline.restrict_function('uxpipeline.submits_form(jsonb, text, text, text)');
