delete from uxpipeline.leases where name = %(name)s and holder = %(holder)s;
