-- Sessions of the scored days whose facts are not computed yet.
select count(*) from uxpipeline.stale_sessions where day is null or day <= %(as_of)s;
