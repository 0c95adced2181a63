-- For each two of the named surfaces the share of affected sessions they have in common, of the one with fewer. Reads the
-- units that counting left in this transaction. Surfaces are named by hash: of live proposals nothing else is kept.
with named as (
    select n.surface_level, n.surface_hash, n.signal, n.number
    from unnest(%(levels)s::text[], %(hashes)s::text[], %(signals)s::text[])
        with ordinality n (surface_level, surface_hash, signal, number)
),
affected as materialized (
    select distinct n.number, u.session_no
    from named n
    join pg_temp.scored_surfaces s
        on s.surface_level = n.surface_level
        and encode(sha256(convert_to(s.surface_key, 'UTF8')), 'hex') = n.surface_hash
    join pg_temp.units u
        on u.surface_no = s.surface_no
        and u.in_window
        and case n.signal
            when 'rage_click' then u.rage_click_at is not null
            when 'hesitation' then u.hesitation_at is not null
            when 'error' then u.error_at is not null
            when 'form_leak' then u.form_started and u.form_abandoned
        end
),
sizes as (
    select number, count(*) as sessions
    from affected
    group by number
)
select
    a.number::integer - 1 as one,
    b.number::integer - 1 as other,
    count(*)::double precision / least(min(one.sessions), min(other.sessions)) as share
from affected a
join affected b on b.session_no = a.session_no and b.number > a.number
join sizes one on one.number = a.number
join sizes other on other.number = b.number
group by a.number, b.number;
