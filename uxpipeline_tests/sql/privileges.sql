-- What a role may do with every object of ours: one row per object, verb and, where not the whole object, column.
with relations as (
    select c.oid, c.oid::regclass::text as name, c.relkind
    from pg_class c
    where c.relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
        and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
),
verbs (verb, kinds) as (
    values
    ('select', 'rpvmf'), ('insert', 'rpvmf'), ('update', 'rpvmf'), ('delete', 'rpvmf'), ('truncate', 'rpvmf'),
    ('references', 'rpvmf'), ('trigger', 'rpvmf')
    union all
    select 'maintain', 'rpvmf' where current_setting('server_version_num')::integer >= 170000
)
select r.name, v.verb, null
from relations r
join verbs v on position(r.relkind in v.kinds) > 0
where has_table_privilege(%(role)s, r.oid, v.verb)
union all
select r.name, v.verb, a.attname
from relations r
join verbs v on position(r.relkind in v.kinds) > 0 and v.verb in ('select', 'insert', 'update', 'references')
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
where not has_table_privilege(%(role)s, r.oid, v.verb) and has_column_privilege(%(role)s, r.oid, a.attnum, v.verb)
union all
select r.name, v.verb, null
from relations r
cross join unnest(array['select', 'update', 'usage']) v (verb)
where r.relkind = 'S' and has_sequence_privilege(%(role)s, r.oid, v.verb)
union all
select p.oid::regprocedure::text, 'execute', null
from pg_proc p
where p.pronamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
    and has_function_privilege(%(role)s, p.oid, 'execute')
