-- What the catalog says of our objects, one row per fact, in words that are the same on every server version. `relation`
-- is what the fact belongs to. Daily partitions share one name: they come and go, but all have to be alike.
with ours as (
    select
        c.oid, n.nspname, c.relkind, c.relname, c.relowner, c.relacl, c.relrowsecurity, c.relpersistence, c.reloptions,
        case
            when c.relname ~ '^behavior_events_([0-9]{8}|default)$' then 'uxpipeline.behavior_events_*'
            else n.nspname || '.' || c.relname
        end as name
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'uxpipeline') and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        -- What a load stores apart is not ours yet.
        and c.relname !~ '^stage_new_events'
),
whole as (
    select * from ours where name <> 'uxpipeline.behavior_events_*'
),
routines as (
    select p.*, p.oid::regprocedure::text as name
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'uxpipeline')
),
grants (kind, relation, name, grantee, privilege) as (
    select 'grant', o.name, o.nspname || '.' || o.relname, acl.grantee, acl.privilege_type
    from ours o
    cross join lateral aclexplode(o.relacl) acl
    where acl.grantee <> o.relowner
    union all
    select 'column grant', o.name, o.nspname || '.' || o.relname || '.' || a.attname, acl.grantee, acl.privilege_type
    from ours o
    join pg_catalog.pg_attribute a on a.attrelid = o.oid
    cross join lateral aclexplode(a.attacl) acl
    where acl.grantee <> o.relowner
    union all
    select 'function grant', r.name, r.name, acl.grantee, acl.privilege_type
    from routines r
    cross join lateral aclexplode(coalesce(r.proacl, acldefault('f', r.proowner))) acl
    where acl.grantee <> r.proowner
    union all
    select 'schema grant', n.nspname, n.nspname, acl.grantee, acl.privilege_type
    from pg_catalog.pg_namespace n
    cross join lateral aclexplode(n.nspacl) acl
    where n.nspname = 'uxpipeline' and acl.grantee <> n.nspowner
),
facts (kind, relation, name, definition) as (
    select
        case o.relkind
            when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' when 'f' then 'foreign table'
            else 'table'
        end,
        o.name, o.nspname || '.' || o.relname,
        concat_ws(
            ', ',
            case o.relpersistence when 'u' then 'unlogged' else 'logged' end,
            case when o.relrowsecurity then 'row security' end,
            'partitioned by ' || pg_get_partkeydef(o.oid),
            array_to_string(o.reloptions, ' ')
        )
    from whole o
    union all
    select distinct
        'partition', o.name, case when o.relrowsecurity then o.name else o.nspname || '.' || o.relname end,
        case when o.relrowsecurity then 'row security' else 'no row security' end
    from ours o
    where o.name = 'uxpipeline.behavior_events_*'
    union all
    select
        'column', o.name, o.name || '.' || a.attname,
        concat_ws(
            ' ',
            format_type(a.atttypid, a.atttypmod),
            case when a.attnotnull then 'not null' end,
            'default ' || pg_get_expr(d.adbin, d.adrelid),
            'identity ' || nullif(a.attidentity::text, ''),
            'generated ' || nullif(a.attgenerated::text, '')
        )
    from whole o
    join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
    left join pg_catalog.pg_attrdef d on d.adrelid = o.oid and d.adnum = a.attnum
    where o.relkind <> 'S'
    union all
    -- From version 18 on NOT NULL is a constraint too; the columns say it already.
    select
        'constraint', o.name, o.name || '.' || k.conname,
        pg_get_constraintdef(k.oid) || case when k.convalidated then '' else ', not validated' end
    from whole o
    join pg_catalog.pg_constraint k on k.conrelid = o.oid and k.contype in ('c', 'f', 'p', 'u', 'x') and k.conparentid = 0
    union all
    select
        'index', o.name, i.indexrelid::regclass::text,
        pg_get_indexdef(i.indexrelid) || case when i.indisvalid then '' else ', invalid' end
    from whole o
    join pg_catalog.pg_index i on i.indrelid = o.oid
    union all
    select
        'policy', o.name, o.name || '.' || p.polname,
        concat_ws(
            ' ',
            case when not p.polpermissive then 'restrictive' end,
            'for',
            case p.polcmd
                when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all'
            end,
            'to',
            (
                select string_agg(case when member = 0 then 'public' else pg_get_userbyid(member) end, ', ' order by 1)
                from unnest(p.polroles) member
            ),
            'using ' || pg_get_expr(p.polqual, p.polrelid),
            'check ' || pg_get_expr(p.polwithcheck, p.polrelid)
        )
    from ours o
    join pg_catalog.pg_policy p on p.polrelid = o.oid
    union all
    select
        'trigger', o.name, o.name || '.' || t.tgname,
        pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' else ', not enabled' end
    from whole o
    join pg_catalog.pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal
    union all
    -- Versions differ in how they qualify and wrap the same query.
    select
        'query', o.name, o.name,
        md5(regexp_replace(pg_get_viewdef(o.oid), '\m[a-z_]+\.|[[:space:]()]', '', 'g'))
    from whole o
    where o.relkind in ('v', 'm')
    union all
    -- What the query reads, which its text without qualifiers leaves open.
    select
        'query reads', o.name, o.name,
        string_agg(distinct s.relation || '.' || a.attname, ' ' order by s.relation || '.' || a.attname)
    from whole o
    join pg_catalog.pg_rewrite w on w.ev_class = o.oid
    join pg_catalog.pg_depend d
        on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid
        and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjsubid > 0 and d.refobjid <> o.oid
    join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    cross join lateral (select d.refobjid::regclass::text as relation) s
    group by o.name
    union all
    select
        'function', r.name, r.name,
        concat_ws(
            ' ',
            'returns', pg_get_function_result(r.oid),
            (select l.lanname from pg_catalog.pg_language l where l.oid = r.prolang),
            case r.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
            case when r.proisstrict then 'strict' end,
            case when r.prosecdef then 'security definer' end,
            array_to_string(r.proconfig, ' '),
            'body', md5(coalesce(nullif(r.prosrc, ''), pg_get_function_sqlbody(r.oid)))
        )
    from routines r
    union all
    -- Default privileges of the platform decide on its administrator's.
    select
        g.kind, g.relation, g.name || ' to ' || coalesce(grantee.rolname, 'public'),
        string_agg(lower(g.privilege), ', ' order by g.privilege)
    from grants g
    left join pg_catalog.pg_roles grantee on grantee.oid = g.grantee
    where grantee.rolname is distinct from 'service_role'
    group by g.kind, g.relation, g.name, grantee.rolname
    union all
    select
        'role', r.rolname, r.rolname,
        concat_ws(
            ', ',
            case when r.rolsuper then 'superuser' else 'no superuser' end,
            case when r.rolbypassrls then 'bypasses row security' end,
            case when r.rolcreaterole then 'makes roles' end,
            case when r.rolcreatedb then 'makes databases' end,
            case when r.rolreplication then 'replicates' end
        )
    from pg_catalog.pg_roles r
    where r.rolname in ('beacon_ingest', 'ai_analysis', 'admin')
)
select f.kind, f.relation, f.name, f.definition
from facts f
-- By bytes, whatever the database sorts by.
order by f.kind collate "C", f.name collate "C", f.definition collate "C";
