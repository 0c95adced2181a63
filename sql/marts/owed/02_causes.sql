-- Why the day is computed again, for the log; the entries are done when this transaction commits.
create temporary table causes on commit drop as
select distinct cause, relation from uxpipeline.stale_sessions where day = %(day)s;
