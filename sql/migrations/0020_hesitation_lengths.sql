-- How long visitors hesitated: what is long is decided when sessions are compared.
alter table uxpipeline.session_surfaces
add column hesitated_at timestamptz[],
add column hesitation_ms integer[],
add column hesitated_on text[];

comment on column uxpipeline.session_surfaces.hesitation_at is
'When the first interaction with a hesitation of unknown length began.';
comment on column uxpipeline.session_surfaces.hesitated_at is
'When interactions with hesitations of known length began, the first 100; hesitation_ms tells the length of each.';
comment on column uxpipeline.session_surfaces.hesitated_on is
'The element of each of those, after its page; the page alone where no element was named.';
