-- Whether a text, such as a line that could not be taken, names a session: as a whole word, not within a longer one. How the
-- text quotes it does not matter: quotes and backslashes count on neither side.
create or replace function uxpipeline.names_session(content text, session_id text) returns boolean
language sql immutable parallel safe
set search_path = ''
as $$
    select coalesce(
        case when bare.word <> '' and strpos(bare.content, bare.word) > 0 then
            bare.content ~ (
                '(^|[^[:alnum:]_-])' || regexp_replace(bare.word, '[].*+?^${}()|[]', '\\\&', 'g') || '($|[^[:alnum:]_-])'
            )
        end,
        false
    )
    from (select translate(content, '"\', '') as content, translate(session_id, '"\', '') as word) bare
$$;

select uxpipeline.restrict_function('uxpipeline.names_session(text, text)');
