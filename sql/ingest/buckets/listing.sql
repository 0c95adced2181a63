-- The day a listing may begin with: late files get a week, and once a week everything is listed.
select newest_day - 7
from uxpipeline.bucket_listings
where url = %(url)s and listed_whole_at > %(now)s - interval '7 days';
