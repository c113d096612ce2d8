-- How far a backfill is: the key of the last row that was done, in the transaction that did it. Two that run at once
-- take turns at its row, so that every row is done once.
create table schemaguard.backfill (
    id bigint generated always as identity primary key,
    statement_digest text not null unique,
    statement text not null,
    revision text not null,
    relation text not null,
    last_key text[],
    row_count bigint not null default 0,
    batch_count bigint not null default 0,
    seconds double precision not null default 0,
    started_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    finished_at timestamptz
);
