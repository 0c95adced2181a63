-- Takes the lease when nobody holds it, its holder let it expire, or it is ours already; no row: someone else works.
insert into uxpipeline.leases as held (name, holder, expires_at)
values (%(name)s, %(holder)s, clock_timestamp() + make_interval(secs => %(seconds)s))
on conflict (name) do update
set holder = excluded.holder, expires_at = excluded.expires_at
where held.holder = excluded.holder or held.expires_at < clock_timestamp()
returning holder;
