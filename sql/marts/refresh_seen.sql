-- What a refresh that starts now sees; left as it is when nothing came since the last one.
update uxpipeline.mart_state seen
set received_before = clock_timestamp(), last_file_id = news.last_file_id
from (
    select coalesce(max(f.id), 0) as last_file_id from uxpipeline.ingest_files f where f.status = 'loaded'
) news
where news.last_file_id > seen.last_file_id
    or exists (
        select from public.behavior_events be
        where be.load_id is null and be.received_at >= seen.received_before
    );
