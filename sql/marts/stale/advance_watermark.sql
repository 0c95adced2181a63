-- Never backwards; left alone when nothing came, so that a refresh without news changes no row.
update uxpipeline.mart_state seen
set received_before = greatest(seen.received_before, %(watermark)s), last_file_id = news.last_file_id
from (
    select coalesce(max(f.id), 0) as last_file_id from uxpipeline.ingest_files f where f.status in ('loaded', 'replayed')
) news
where %(noted)s > 0 or news.last_file_id > seen.last_file_id;
