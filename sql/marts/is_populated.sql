select relispopulated from pg_class where oid = %(relation)s::regclass;
