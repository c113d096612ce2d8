-- Golden rows of a model version: what training read and scored, as digests unless values were allowed.
create table schemaguard.golden (
    model text not null,
    model_version text not null,
    document jsonb not null,
    kept_at timestamptz not null default now(),
    primary key (model, model_version)
);

-- The ledger covers it as the rest.
create trigger record_row after insert or update or delete on schemaguard.golden for each row
    execute function schemaguard.record_row('model', 'model_version');
alter table schemaguard.golden enable always trigger record_row;
create trigger not_truncated before truncate on schemaguard.golden for each statement
    execute function schemaguard.refuse_truncate();
