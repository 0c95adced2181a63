-- Whether the touched sessions have derived events, or what some are derived from.
select exists (select from touched_events where derived is not null or burst is not null);
