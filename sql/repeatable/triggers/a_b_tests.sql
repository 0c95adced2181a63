drop trigger if exists guard_test on public.a_b_tests;
create trigger guard_test
before update on public.a_b_tests
for each row execute function uxpipeline.guard_test();
