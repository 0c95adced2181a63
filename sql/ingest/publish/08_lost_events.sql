-- Events that somebody else stores between our look at the tables and our insert. Hardly ever any.
create temporary table lost_events (session_id text, id uuid) on commit drop;
