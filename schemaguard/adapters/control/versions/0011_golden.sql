-- Golden rows of a model version: what training read and scored, as digests unless values were allowed.
create table schemaguard.golden (
    model text not null,
    model_version text not null,
    document jsonb not null,
    kept_at timestamptz not null default now(),
    primary key (model, model_version)
);
