insert into uxpipeline.session_surfaces
select * from pg_temp.new_session_surfaces;
