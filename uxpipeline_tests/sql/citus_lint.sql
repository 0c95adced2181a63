-- What would keep the four session tables from being distributed by session_id.
with d (rel) as (
    select unnest(array[
        'public.user_sessions', 'public.behavior_events', 'public.conversion_funnels', 'public.variant_assignments'
    ])::regclass
)
select 'unique key lacks session_id' as rule
from pg_index i
join d on i.indrelid = d.rel
where i.indisunique and not exists (
    select from pg_attribute a
    where a.attrelid = i.indrelid and a.attname = 'session_id' and a.attnum = any (i.indkey::int2[])
)
union all
select 'FK between sharded tables lacks session_id'
from pg_constraint c
join d a on c.conrelid = a.rel
join d b on c.confrelid = b.rel
where c.contype = 'f' and c.conparentid = 0 and not exists (
    select from pg_attribute x
    where x.attrelid = c.conrelid and x.attname = 'session_id' and x.attnum = any (c.conkey)
)
union all
select 'FK from unsharded to sharded'
from pg_constraint c
join d on c.confrelid = d.rel
where c.contype = 'f' and c.conparentid = 0 and c.conrelid not in (select rel from d)
union all
select 'statement or transition trigger'
from pg_trigger t
join d on t.tgrelid = d.rel
where not t.tgisinternal and ((t.tgtype & 1) = 0 or t.tgnewtable is not null or t.tgoldtable is not null)
union all
select 'restrictive policy'
from pg_policy p
join d on p.polrelid = d.rel
where not p.polpermissive
union all
select 'policy needs session state or subquery'
from pg_policy p
join d on p.polrelid = d.rel
where coalesce(pg_get_expr(p.polqual, p.polrelid), '') || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
    ~* 'current_setting|auth\.|select'
union all
select 'identity column'
from pg_attribute a
join d on a.attrelid = d.rel
where a.attidentity <> '';
