select name
from unnest(array['beacon_ingest', 'ai_analysis', 'admin']) as name
where not exists (select from pg_roles where rolname = name)
order by name;
