-- Surfaces that no longer appear in the as-of day's window.
delete from public.friction_scores stored
where stored.as_of = %(as_of)s
    and not exists (
        select from new_scores n
        where (n.surface_level, n.surface_key, n.signal) = (stored.surface_level, stored.surface_key, stored.signal)
    );
