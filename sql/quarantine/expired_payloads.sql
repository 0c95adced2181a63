-- How many quarantined lines are older than what they said is kept.
select count(*) from uxpipeline.quarantine where payload is not null and received_at < %(before)s;
