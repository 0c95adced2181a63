-- What quarantined lines said is forgotten after a while; that they were, where and why, stays.
update uxpipeline.quarantine
set payload = null
where payload is not null and received_at < %(before)s;
