-- The lines that are not taken: few, as a rule, so that who needs the others need not look at every line.
create temporary table refused_lines on commit drop as
select l.line_no from uxpipeline.stage_lines l where l.load_id = %(load_id)s and l.outcome <> 'pending';
