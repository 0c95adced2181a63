-- Of this transaction: sorts and hashes of a scoring fit into memory, and compiling its many short statements does not pay.
select set_config('work_mem', '64MB', true), set_config('jit', 'off', true);
