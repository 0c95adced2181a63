-- A file is sorted and hashed by the session; compiling statements that run once would cost more than it saves.
select set_config('work_mem', '64MB', true), set_config('jit', 'off', true);
