delete from uxpipeline.day_elements where date = %(day)s;
