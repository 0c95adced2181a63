-- Records that only grow, for the owner too: whoever must change one has to take the trigger away first, knowingly.
create or replace function uxpipeline.refuse_rewrite() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    raise exception '%.% is append-only', tg_table_schema, tg_table_name
    using errcode = '42501', hint = 'Add a row that corrects it.';
end
$$;

select uxpipeline.restrict_function('uxpipeline.refuse_rewrite()');
