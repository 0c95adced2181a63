drop trigger if exists touch_conversion_funnels_received_at on public.conversion_funnels;
create trigger touch_conversion_funnels_received_at
before update on public.conversion_funnels
for each row when (old.* is distinct from new.*) execute function public.touch_received_at();
