insert into uxpipeline.bucket_listings as known (url, newest_day, listed_at, listed_whole_at)
values (%(url)s, %(newest_day)s, %(now)s, %(now)s)
on conflict (url) do update
set newest_day = greatest(known.newest_day, excluded.newest_day),
    listed_at = excluded.listed_at,
    listed_whole_at = case when %(whole)s then excluded.listed_whole_at else known.listed_whole_at end;
