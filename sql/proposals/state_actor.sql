-- Who acts in this transaction; the event log reads it.
select set_config('uxpipeline.actor', %(actor)s, true);
