-- Who decides in this transaction and why; the guard and the event log read it.
select set_config('uxpipeline.actor', %(actor)s, true), set_config('uxpipeline.reason', %(reason)s, true);
