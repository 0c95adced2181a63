-- What a session did on a surface of a page on a UTC day. Follows from that session's events alone; how surfaces are named
-- across the window is decided when they are scored. `base_key` is a surface's name before its page is put in front; a form
-- is named by its id and scored as an element. `interaction_at` and `events_before`: when the first interactions began (10
-- of an element, component or form, 30 of a page or the site) and how many events of the session came before.
-- `rage_click_at`, `error_at` and, for those of unknown length, `hesitation_at`: when the first interaction with such
-- friction began. The first 100 hesitations of known length: when their interactions began, how long they took, and the
-- element of each, after its page; the page alone where no element was named.
create temporary table session_surfaces (
    session_id text not null,
    day date not null,
    surface_level text not null,
    base_key text not null,
    page_key text,
    element_type text,
    component_id text,
    interactions integer not null,
    interaction_at timestamptz[] not null,
    events_before integer[] not null,
    rage_click_at timestamptz,
    hesitation_at timestamptz,
    error_at timestamptz,
    form_started boolean not null,
    form_abandoned boolean not null,
    hesitated_at timestamptz[],
    hesitation_ms integer[],
    hesitated_on text[]
) on commit drop;
