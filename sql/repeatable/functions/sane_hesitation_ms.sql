-- Milliseconds of hesitation; a value that is no sane number counts as absent and breaks no reader.
create or replace function uxpipeline.sane_hesitation_ms(event_data jsonb) returns integer
language sql immutable strict parallel safe
set search_path = ''
as $$
    select case
        when event_data ->> 'hesitation_ms' ~ '^[0-9]{1,8}(\.[0-9]{1,6})?$'
            then round((event_data ->> 'hesitation_ms')::numeric)::integer
    end
$$;

select uxpipeline.restrict_function('uxpipeline.sane_hesitation_ms(jsonb)');
