-- Triggers of a table fire in name order.
drop trigger if exists calculate_session_duration_trigger on public.user_sessions;
create trigger calculate_session_duration_trigger
before update on public.user_sessions
for each row execute function public.calculate_session_duration();

drop trigger if exists touch_user_sessions_received_at on public.user_sessions;
create trigger touch_user_sessions_received_at
before update on public.user_sessions
for each row when (old.* is distinct from new.*) execute function public.touch_received_at();

drop trigger if exists update_user_sessions_updated_at on public.user_sessions;
create trigger update_user_sessions_updated_at
before update on public.user_sessions
for each row when (old.* is distinct from new.*) execute function public.update_updated_at_column();
