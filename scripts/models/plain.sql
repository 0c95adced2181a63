-- An owner who is no superuser, as on a hosted service.
create role uxpipeline_test login createdb createrole password :'password';
create database uxpipeline_test owner uxpipeline_test;
