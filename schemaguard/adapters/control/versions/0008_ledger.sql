-- The ledger covers the rows of the control schema: whoever writes one, its digest goes into the next entry of the same
-- transaction, and into an entry of its own where there is none. Entries are chained. Only `append` writes them, so that
-- nobody needs the right to insert.
alter table schemaguard.ledger add column chain bytea;   -- SHA-256 over the chain before it and the leaf hash
alter table schemaguard.checkpoint add column note text; -- https://c2sp.org/tlog-checkpoint, signed

do $$
declare
    each record;
    last bytea := '';
begin
    alter table schemaguard.ledger disable trigger ledger_append_only;
    for each in select l.position, l.leaf_hash from schemaguard.ledger l order by l.position loop
        last := sha256(last || each.leaf_hash);
        update schemaguard.ledger l set chain = last where l.position = each.position;
    end loop;
    alter table schemaguard.ledger enable trigger ledger_append_only;
end $$;
alter table schemaguard.ledger alter chain set not null;

-- Where the ledger ends: entries that are cut off at its end leave a head that is further on.
create table schemaguard.ledger_head (
    is_row boolean primary key default true check (is_row),
    position bigint not null,
    chain bytea not null
);
insert into schemaguard.ledger_head (position, chain)
    select coalesce(max(l.position), 0), coalesce((array_agg(l.chain order by l.position desc))[1], '') from schemaguard.ledger l;

-- Rows that were written in this transaction, and that no entry has the digest of yet.
create table schemaguard.unrecorded (
    relation text not null,
    key jsonb not null,
    digest bytea,                          -- null: the row is gone
    is_new boolean not null,
    changed text[] not null,               -- the columns that are others now
    primary key (relation, key)
);

-- A row as it is covered: without what is null, so that a column that is added later changes nothing.
create function schemaguard.covered(whole jsonb) returns jsonb
    language sql immutable set search_path = pg_catalog, pg_temp as $$
    select jsonb_object_agg(e.key, e.value) from jsonb_each(whole) e where e.value <> 'null'
$$;

create function schemaguard.record_row() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp set timezone = 'UTC' set extra_float_digits = 1 as $$
declare
    before jsonb;
    after jsonb;
    other text[];
begin
    if tg_op <> 'INSERT' then
        before := schemaguard.covered(to_jsonb(old));
    end if;
    if tg_op <> 'DELETE' then
        after := schemaguard.covered(to_jsonb(new));
    end if;
    if before = after then
        return null;
    end if;
    other := array(
        select coalesce(b.key, a.key) from jsonb_each(before) b full join jsonb_each(after) a on a.key = b.key
        where a.value is distinct from b.value order by 1);
    insert into schemaguard.unrecorded as u (relation, key, digest, is_new, changed)
        select tg_table_name, jsonb_agg(coalesce(after, before) -> k.name order by k.place),
            sha256(convert_to(after::text, 'UTF8')), tg_op = 'INSERT', other
        from unnest(tg_argv) with ordinality as k (name, place)
        on conflict (relation, key) do update set digest = excluded.digest, is_new = u.is_new or excluded.is_new,
            changed = array(select distinct c from unnest(u.changed || excluded.changed) c order by 1);
    return null;
end $$;
revoke execute on function schemaguard.record_row() from public;

-- Every row of a table, as it is now: after its columns have become others.
create function schemaguard.record_all(relation text, key text[]) returns void
    language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' set extra_float_digits = 1 as $$
begin
    execute format(
        'insert into schemaguard.unrecorded (relation, key, digest, is_new, changed) '
        'select $1, (select jsonb_agg(to_jsonb(r) -> k.name order by k.place) from unnest($2) with ordinality as k (name, place)), '
        'sha256(convert_to(schemaguard.covered(to_jsonb(r))::text, ''UTF8'')), true, ''{}'' from schemaguard.%I r '
        'on conflict do nothing', relation) using relation, key;
end $$;
revoke execute on function schemaguard.record_all(text, text[]) from public;

-- JSON in the one spelling that is hashed: keys sorted by code point, no spaces.
create function schemaguard.canonical(value jsonb) returns text
    language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
    case jsonb_typeof(value)
        when 'object' then
            return '{' || coalesce((select string_agg(to_jsonb(e.key)::text || ':' || schemaguard.canonical(e.value), ','
                order by e.key collate "C") from jsonb_each(value) e), '') || '}';
        when 'array' then
            return '[' || coalesce((select string_agg(schemaguard.canonical(e.value), ',' order by e.ordinality)
                from jsonb_array_elements(value) with ordinality e), '') || ']';
        else
            return value::text;
    end case;
end $$;

-- Appends one entry in the caller's transaction; its position. `by` is who was connected, `actor` who is said to have acted.
create function schemaguard.append(event text, actor text, model text, operation bigint, payload jsonb) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '10s' as $$
declare
    last record;
    moment timestamptz;
    place bigint;
    written jsonb;
    document jsonb;
    leaf bytea;
    head bytea;
begin
    -- Serialises appenders until the transaction's end, so that a position that is taken is also committed in its turn.
    perform pg_advisory_xact_lock(1548635468);
    select h.position, h.chain into strict last from schemaguard.ledger_head h;
    place := last.position + 1;
    moment := clock_timestamp();
    with taken as (delete from schemaguard.unrecorded u returning u.*)
    select jsonb_agg(jsonb_build_object('table', t.relation, 'key', t.key, 'sha256', encode(t.digest, 'hex'),
        'changed', case when not t.is_new then to_jsonb(t.changed) end) order by t.relation, t.key) into written from taken t;
    document := jsonb_build_object('position', place,
        'at', to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00',
        'actor', $2, 'by', session_user, 'event', $1, 'model', $3, 'operation', $4, 'payload', $5, 'rows', coalesce(written, '[]'));
    leaf := sha256(decode('00', 'hex') || convert_to(schemaguard.canonical(document), 'UTF8'));
    head := sha256(last.chain || leaf);
    insert into schemaguard.ledger (position, at, actor, event, model, operation, entry, leaf_hash, chain)
        values (place, moment, $2, $1, $3, $4, schemaguard.canonical(document), leaf, head);
    update schemaguard.ledger_head h set position = place, chain = head;
    return place;
end $$;
revoke execute on function schemaguard.append(text, text, text, bigint, jsonb) from public;

-- What nobody has appended an entry for by the end of the transaction gets one.
create function schemaguard.append_rest() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from schemaguard.unrecorded) then
        perform schemaguard.append('rows-written', session_user, null, null, '{}');
    end if;
    return null;
end $$;
revoke execute on function schemaguard.append_rest() from public;
create constraint trigger append_rest after insert on schemaguard.unrecorded deferrable initially deferred
    for each row execute function schemaguard.append_rest();
-- ALWAYS: else `session_replication_role = replica` walks past.
alter table schemaguard.unrecorded enable always trigger append_rest;

create function schemaguard.refuse_truncate() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'schemaguard: %.% is part of the record, and not emptied', tg_table_schema, tg_table_name;
end $$;

do $$
declare
    each record;
begin
    for each in select * from (values
        ('version', '{version}'), ('contract', '{digest}'), ('release', '{model,model_version}'), ('pointer', '{model}'),
        ('operation', '{id}'), ('applied_change', '{id}'), ('retired_object', '{id}'), ('held_revision', '{revision}'),
        ('debt', '{id}'), ('fence', '{is_row}'), ('fence_log', '{id}')) as t (relation, key)
    loop
        execute format('create trigger record_row after insert or update or delete on schemaguard.%I for each row '
            'execute function schemaguard.record_row(%s)', each.relation,
            (select string_agg(quote_literal(k), ', ') from unnest(each.key::text[]) k));
        execute format('alter table schemaguard.%I enable always trigger record_row', each.relation);
        execute format('create trigger not_truncated before truncate on schemaguard.%I for each statement '
            'execute function schemaguard.refuse_truncate()', each.relation);
    end loop;
end $$;
alter table schemaguard.ledger enable always trigger ledger_append_only;
alter table schemaguard.ledger enable always trigger ledger_not_truncated;
