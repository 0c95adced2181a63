delete from public.proposal_blocks stored
where stored.as_of = %(as_of)s
    and not exists (
        select from pg_temp.new_blocks n
        where (n.surface_level, n.surface_key, n.signal, n.rule)
            = (stored.surface_level, stored.surface_key, stored.signal, stored.rule)
    );
