-- What sessions did on surfaces is made of the window's events whenever they are scored: a stored copy was never filled.
drop table uxpipeline.session_surfaces;
