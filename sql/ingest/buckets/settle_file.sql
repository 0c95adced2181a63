insert into uxpipeline.bucket_files (url, version, sha256)
values (%(url)s, %(version)s, %(sha256)s)
on conflict (url) do update
set version = excluded.version, sha256 = excluded.sha256, settled_at = clock_timestamp();
