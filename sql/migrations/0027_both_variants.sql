-- A session that was shown both variants is compared with neither. The row holds the first; that the other followed was
-- not kept.
alter table public.variant_assignments add column other_variant_at timestamptz;

comment on column public.variant_assignments.other_variant_at is
'When the session was first shown the other variant too; NULL: never, as far as is known.';
