-- What object storage held when it was last looked at, so that neither an object is fetched twice nor all history listed.
create table uxpipeline.bucket_files (
    url text primary key,
    version text not null,
    sha256 text not null,
    settled_at timestamptz not null default clock_timestamp()
);

comment on table uxpipeline.bucket_files is
    'Objects whose content is in the ledger of files, and the version it was read in.';

create table uxpipeline.bucket_listings (
    url text primary key,
    newest_day date,
    listed_at timestamptz not null,
    listed_whole_at timestamptz not null
);

comment on table uxpipeline.bucket_listings is
    'How far a landing place was listed: the newest day among its folders, and when all of it was.';
