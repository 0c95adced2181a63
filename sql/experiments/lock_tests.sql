-- Starts of tests wait for each other until this transaction ends; readers and beacons do not wait.
lock table public.a_b_tests in share row exclusive mode;
