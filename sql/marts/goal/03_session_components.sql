update uxpipeline.session_components c
set converted = f.converted_at is not null
from uxpipeline.session_facts f
where f.session_id = c.session_id and c.converted <> (f.converted_at is not null);
