drop trigger if exists touch_variant_assignments_received_at on public.variant_assignments;
create trigger touch_variant_assignments_received_at
before update on public.variant_assignments
for each row when (old.* is distinct from new.*) execute function public.touch_received_at();
