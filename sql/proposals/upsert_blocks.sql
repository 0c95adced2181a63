-- A rerun that finds the same changes no row.
insert into public.proposal_blocks as stored (as_of, surface_level, surface_key, signal, rule, reason, detail)
select as_of, surface_level, surface_key, signal, rule, reason, detail
from pg_temp.new_blocks
on conflict (as_of, surface_level, surface_key, signal, rule) do update
set reason = excluded.reason, detail = excluded.detail
where (stored.reason, stored.detail) is distinct from (excluded.reason, excluded.detail);
