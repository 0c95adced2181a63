-- Everything by which two partitions of behavior_events could differ, but for their names.
select
    c.relrowsecurity,
    array(
        select acl.grantee::text
        from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) acl
        where acl.grantee <> c.relowner
    ),
    array(
        select concat_ws(' ', a.attname, a.atttypid::regtype, a.attnotnull, pg_get_expr(d.adbin, d.adrelid))
        from pg_attribute a
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0
        order by a.attnum
    ),
    array(
        select replace(concat_ws(' ', o.conname, o.convalidated, pg_get_constraintdef(o.oid)), right(c.relname, 8), '')
        from pg_constraint o
        where o.conrelid = c.oid
        order by 1
    ),
    array(
        select replace(concat_ws(' ', i.indisvalid, pg_get_indexdef(i.indexrelid)), right(c.relname, 8), '')
        from pg_index i
        where i.indrelid = c.oid
        order by 1
    ),
    array(select t.tgname from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal order by 1)
from pg_class c
where c.oid = ('uxpipeline.behavior_events_' || %s)::regclass;
