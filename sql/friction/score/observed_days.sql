-- Days of the window from its first fact to as_of: what a weekly figure is divided by. And the days of history before
-- the recent period.
select
    w.as_of - min(ws.day) filter (where ws.day > w.as_of - w.window_days) + 1,
    greatest(w.as_of - w.recent_days - min(ws.day) + 1, 0)
from pg_temp.scoring_window w
join pg_temp.window_surfaces ws on true
group by w.as_of, w.window_days, w.recent_days;
