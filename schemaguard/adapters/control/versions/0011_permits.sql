-- What a migration's role may ask for. It writes nothing of the control schema itself: it calls functions that belong to
-- schemaguard_control (control/roles.py) and know by themselves what may be. What it may lose by them is what nobody was
-- promised, and that is logged; no code of a user runs with the rights of who owns them.

-- What a rewrite has to keep: the file that the table lay in, the columns with their types, and a digest of the values.
-- An empty document: a type that has to be a wider one.
alter table schemaguard.permit add column evidence jsonb;

create function schemaguard.is_operator() returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from (select coalesce(nullif(current_setting('role'), 'none'), session_user::text) as name) asking
        join pg_roles r on r.rolname = asking.name
        where r.rolsuper or exists (
            select from pg_roles o where o.rolname = 'schemaguard_operator' and pg_has_role(r.oid, o.oid, 'member')))
$$;

-- Who asks owns the relation, and so does who carries it out: the owner of our functions, as a member of its owner.
create or replace function schemaguard.require_owner(rel oid) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    owner oid := (select c.relowner from pg_class c where c.oid = rel);
begin
    if not pg_has_role(session_user, owner, 'usage') then
        raise exception using errcode = 'insufficient_privilege', message = format('must be owner of %s', schemaguard.spelled(rel));
    elsif not pg_has_role(current_user, owner, 'usage') then
        raise exception using errcode = 'insufficient_privilege',
            message = format('%I carries this out and is no member of %I, who owns %s', current_user, pg_get_userbyid(owner), schemaguard.spelled(rel)),
            hint = format('grant %I to %I', pg_get_userbyid(owner), current_user);
    end if;
end $$;

create or replace function schemaguard.hatch() returns text
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select nullif(current_setting('schemaguard.permit', true), '')
    where coalesce(current_setting('schemaguard.revision', true), '') = '' and schemaguard.is_operator()
$$;

create function schemaguard.is_live(p schemaguard.promise) returns boolean
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select p.kind = 'retired' or p.broken_since is null and (p.until is null or p.until > now())
$$;

-- A relation with all that it is a part of, and all that is a part of it.
create function schemaguard.family(relation oid) returns setof oid
    language sql stable set search_path = pg_catalog, pg_temp as $$
    with recursive above (oid) as (
        select relation union select i.inhparent from pg_inherits i join above a on a.oid = i.inhrelid
    ), below (oid) as (
        select relation union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent
    )
    select oid from above union select oid from below
$$;

-- Whether somebody was promised that object, or it is retired; attribute 0 and -1 are the relation with all of it.
create function schemaguard.is_promised(relation oid, attribute int2) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from schemaguard.promise p
        where schemaguard.is_live(p) and p.relid in (select schemaguard.family(relation)) and (attribute < 1 or p.attnum > 0 and exists (
            select from pg_attribute mine join pg_attribute theirs on theirs.attname = mine.attname
            where (mine.attrelid, mine.attnum) = (relation, attribute) and (theirs.attrelid, theirs.attnum) = (p.relid, p.attnum))))
$$;

-- Rewrites

-- The columns of a relation whose values are promised or retired, with their types.
create function schemaguard.kept_columns(relation oid) returns jsonb
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('attnum', a.attnum, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum), '[]')
    from pg_attribute a
    where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and schemaguard.is_promised(relation, a.attnum)
$$;

-- A digest of the values of these columns, row by row in the order in which they lie, each as the type that it had.
-- Null where a type is no built-in one: its casts may run anybody's code.
create function schemaguard.digest_of(relation oid, columns jsonb) returns text
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    set synchronize_seqscans = off set max_parallel_workers_per_gather = 0 set extra_float_digits = 1 set row_security = off as $$
declare
    shown text;
    digest text;
begin
    if exists (
            select from jsonb_array_elements(columns) k
            left join pg_attribute a on a.attrelid = relation and a.attnum = (k ->> 'attnum')::int2 and not a.attisdropped
            where a.atttypid is null or a.atttypid >= 16384 or coalesce(to_regtype(k ->> 'type')::oid, 16384) >= 16384) then
        return null;
    end if;
    select string_agg(format('(%I::%s)::text', a.attname, k ->> 'type'), ', ' order by a.attnum) into shown
    from jsonb_array_elements(columns) k join pg_attribute a on a.attrelid = relation and a.attnum = (k ->> 'attnum')::int2;
    execute format('select coalesce(sum(row_.hash), 0) || '' '' || count(*) from (select hashtextextended('
        'jsonb_build_array(%s)::text, row_number() over ())::numeric as hash from only %s) as row_', shown, schemaguard.spelled(relation)) into digest;
    return digest;
end $$;

-- After a statement: what was rewritten with a migration's permit has kept every value that somebody was promised.
create function schemaguard.verify_rewrites() returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    done record;
    found text;
begin
    for done in
        delete from schemaguard.permit p where p.xid = pg_current_xact_id_if_assigned() and p.what = 'rewrite'
            and p.evidence ? 'digest' and (p.evidence ->> 'file')::oid is distinct from pg_relation_filenode(p.relid)
        returning p.relid, p.evidence
    loop
        begin
            found := schemaguard.digest_of(done.relid, done.evidence -> 'columns');
        exception when data_exception or cannot_coerce or integrity_constraint_violation then
            found := null;
        end;
        if found is distinct from done.evidence ->> 'digest' then
            raise exception using errcode = 'SG002',
                message = format('schemaguard: this rewrites values of %s that somebody was promised', schemaguard.spelled(done.relid)),
                detail = jsonb_build_object('relid', done.relid::bigint, 'object', schemaguard.spelled(done.relid))::text,
                hint = 'an operator may permit it: begin; set local schemaguard.permit = ''why''; …; commit';
        end if;
    end loop;
end $$;

create or replace function schemaguard.mark() returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
    select schemaguard.verify_rewrites();
    insert into schemaguard.touched (xid) values (pg_current_xact_id()) on conflict do nothing
$$;

-- Whether a promised column has a type now that holds every value of the promised one, and nothing else was asked for.
create function schemaguard.is_wider(relation oid, attribute int2) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from schemaguard.promise p join pg_attribute a on (a.attrelid, a.attnum) = (p.relid, p.attnum),
        lateral (select p.type::regtype::text as was, a.atttypid::regtype::text as is_, p.typmod - 4 as had, a.atttypmod - 4 as has,
            case p.type::regtype::text when 'smallint' then 5 when 'integer' then 10 when 'bigint' then 19 end as digits) t
        where (p.relid, p.attnum) = (relation, attribute) and (
            was = is_ and a.atttypmod = -1
            or was in ('character varying', 'text') and is_ in ('character varying', 'text') and (
                a.atttypmod = -1 or p.typmod <> -1 and has >= had)
            or (was, is_) in (('smallint', 'integer'), ('smallint', 'bigint'), ('integer', 'bigint'), ('real', 'double precision'))
            or is_ = 'numeric' and digits is not null and (a.atttypmod = -1 or (has >> 16) - (has & 2047) >= digits)
            or was = 'numeric' and is_ = 'numeric' and p.typmod <> -1
                and (has & 2047) >= (had & 2047) and (has >> 16) - (has & 2047) >= (had >> 16) - (had & 2047)))
$$;

create or replace function schemaguard.is_permitted(relation oid, attribute int2, act text) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from schemaguard.permit p
        where p.xid = pg_current_xact_id_if_assigned() and p.relid in (relation, 0) and p.attnum in (attribute, -1)
            and p.what in (act, 'any') and (p.what <> 'type' or p.evidence is null or schemaguard.is_wider(relation, attribute)))
$$;

-- What the guard may have permitted while a revision runs, for one object, in this one transaction. To who is no operator:
-- only what nobody was promised; a rewrite of what somebody was, where the values are the same afterwards; a wider type.
create function schemaguard.allow_migration(relation oid, attribute int2, act text, reason text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    what text := schemaguard.spelled(relation);
    columns jsonb;
    evidence jsonb;
begin
    if coalesce(act, '') not in ('drop', 'rewrite', 'type', 'rows') or coalesce(attribute, -2) < -1 or coalesce(trim(reason), '') = ''
        or what is null or what like 'schemaguard.%' then
        raise exception using errcode = 'SG005', message = format('schemaguard: %s of %s can''t be permitted to a migration', act, relation);
    end if;
    perform schemaguard.require_owner(relation);
    if not schemaguard.is_operator() then
        if act = 'type' then
            evidence := '{}';
        elsif act = 'rewrite' then
            if not exists (select from pg_class c where c.oid = relation and c.relkind in ('r', 'p')) then
                raise exception using errcode = 'SG005', message = format('schemaguard: %s is no table', what);
            end if;
            execute format('lock table only %s in access exclusive mode', what);
            columns := schemaguard.kept_columns(relation);
            if columns <> '[]' then
                evidence := jsonb_build_object('file', pg_relation_filenode(relation), 'columns', columns,
                    'digest', schemaguard.digest_of(relation, columns));
            end if;
        end if;
        if act in ('drop', 'rows') and schemaguard.is_promised(relation, attribute)
            or act = 'rewrite' and evidence is not null and evidence ->> 'digest' is null then
            raise exception using errcode = 'SG004',
                message = format('schemaguard: %s is promised, and losing its values takes a member of schemaguard_operator',
                    what || coalesce((select format('.%I', a.attname) from pg_attribute a where (a.attrelid, a.attnum) = (relation, attribute) and attribute > 0), '')),
                hint = 'let an operator run the revision, or: begin; set local schemaguard.permit = ''why''; …; commit';
        end if;
    end if;
    delete from schemaguard.permit p where p.xid < pg_snapshot_xmin(pg_current_snapshot());
    insert into schemaguard.permit (xid, relid, attnum, what, reason, evidence)
        values (pg_current_xact_id(), relation, attribute, act, reason, evidence);
    insert into schemaguard.fence_log (tag, object, reason, query)
        values ('PERMIT ' || upper(act), what || coalesce((select format('.%I', a.attname) from pg_attribute a
            where (a.attrelid, a.attnum) = (relation, attribute) and attribute > 0), ''), reason, current_query());
end $$;

-- What somebody relies on goes out of sight only where an operator has granted that for each of them.
create function schemaguard.unanswered(relation oid, attribute int2) returns text[]
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select array_agg(distinct reader order by reader)
    from schemaguard.promise p, unnest(p.readers) reader,
        lateral (select concat_ws('.', nullif(p.relation_schema, 'public'), p.relation_name, p.attribute_name) as object) o
    where (p.relid, p.attnum) = (relation, attribute) and p.kind = 'promised' and schemaguard.is_live(p) and not exists (
        select from schemaguard.ledger l, lateral (select l.entry::jsonb -> 'payload' as facts) e
        where l.event = 'override-granted' and l.model = split_part(reader, '@', 1)
            and coalesce(facts ->> 'version', '') = split_part(reader, '@', 2) and facts ->> 'object' = object
            and (facts ->> 'until')::date >= current_date)
$$;

create or replace function schemaguard.promise_retired(relation oid, attribute int2) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    readers text[] := schemaguard.unanswered(relation, attribute);
begin
    if readers is not null and not schemaguard.is_operator() then
        raise exception using errcode = 'SG004',
            message = format('schemaguard: %s is needed by %s, and the release window isn''t over', schemaguard.spelled(relation), array_to_string(readers, ', ')),
            hint = 'wait until that window is over; schemaguard contracts list shows when';
    end if;
    insert into schemaguard.promise as p (relid, attnum, kind, relation_schema, relation_name, attribute_name)
        select c.oid, attribute, 'retired', n.nspname, c.relname, a.attname
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        left join pg_attribute a on a.attrelid = c.oid and a.attnum = attribute and attribute > 0
        where c.oid = relation
        on conflict (relid, attnum) do update set (kind, relation_schema, relation_name, attribute_name)
            = (excluded.kind, excluded.relation_schema, excluded.relation_name, excluded.attribute_name);
    if attribute = 0 then
        -- Its columns and partitions are nobody's any more while it is out of sight.
        update schemaguard.promise p set kind = 'retired' where p.relid = relation or p.parent = relation;
        perform schemaguard.fence_table(relation);
    end if;
end $$;

-- A materialized view moves to a schema of its own, with the rows that it holds.
create function schemaguard.retire_view(relation oid, revision text) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    number bigint := nextval(pg_get_serial_sequence('schemaguard.retired_object', 'id'));
    grave name := 'schemaguard_retired_' || number;
    place record;
begin
    select n.nspname, c.relname into strict place from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.oid = relation and c.relkind = 'm';
    perform schemaguard.require_owner(relation);
    perform schemaguard.permit_acts(relation, 0::int2, 'retired as ' || number);
    execute format('create schema %I', grave);
    execute format('alter materialized view %I.%I set schema %I', place.nspname, place.relname, grave);
    insert into schemaguard.retired_object (id, kind, table_schema, table_name, hidden_schema, hidden_table, restore, restore_class,
        purge_after, relid, attnum, anchor, revision)
    overriding system value values (number, 'table', place.nspname, place.relname, grave, place.relname, '{}', 'instant',
        now() + interval '90 days', relation, 0, 'schemaguard.retired_object'::regclass::oid, revision);
    perform schemaguard.note_retired(number);
    return number;
end $$;

-- An empty column, table or materialized view in the retired one's place; the transaction may drop it again.
create or replace function schemaguard.decoy(relid oid, attnum int2) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    kind "char" := (select c.relkind from pg_class c where c.oid = relid);
    owner name := (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = relid);
    type text;
begin
    select q.* into r from schemaguard.retired_object q
    where q.relid = relid and q.attnum = attnum and q.restored_at is null and q.purged_at is null order by q.id desc limit 1;
    if not found then
        raise exception using errcode = 'SG010', message = 'nothing of that number is retired';
    end if;
    perform schemaguard.require_owner(relid);
    if attnum = 0 and kind = 'm' then
        execute format('create materialized view %I.%I as select * from %s with no data', r.table_schema, r.table_name, schemaguard.spelled(relid));
        execute format('alter materialized view %I.%I owner to %I', r.table_schema, r.table_name, owner);
        return;
    elsif attnum = 0 then
        execute format('create table %I.%I (like %s)', r.table_schema, r.table_name, schemaguard.spelled(relid));
        execute format('alter table %I.%I owner to %I', r.table_schema, r.table_name, owner);
        return;
    end if;
    -- A domain may refuse NULL, which is all that a decoy holds.
    select case when t.typtype = 'd' then 'text' else format_type(a.atttypid, a.atttypmod) end into strict type
        from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = relid and a.attnum = attnum;
    execute format('alter table %s add column %I %s', schemaguard.spelled(relid), r.column_name, type);
    insert into schemaguard.permit (xid, relid, attnum, what, reason)
        with recursive below (oid) as (select relid union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent)
        select pg_current_xact_id(), b.oid, a.attnum, 'drop', 'a decoy'
        from below b join pg_attribute a on a.attrelid = b.oid and a.attname = r.column_name and not a.attisdropped;
end $$;

-- A policy is code of the table's owner, and forced on whoever isn't.
alter function schemaguard.without_value(bigint) set row_security = off;
alter function schemaguard.restore(bigint, boolean, text) set row_security = off;
alter function schemaguard.pay(bigint) set row_security = off;

-- The way back, for a downgrade

-- Whether a type's values are made without anybody's code: a domain may call a function of its owner's.
create function schemaguard.runs_no_code(type text) returns boolean
    language sql stable set search_path = pg_catalog, pg_temp as $$
    with recursive chain (oid) as (
        select to_regtype(type)::oid
        union
        select t.typbasetype from chain c join pg_type t on t.oid = c.oid where t.typtype = 'd'
    )
    select not exists (
        select from pg_constraint k where k.contypid in (select oid from chain) and k.contype = 'c'
            and not schemaguard.is_immutable(k.conbin::text))
$$;

create or replace function schemaguard.takes(type text, value text) returns boolean
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if not schemaguard.runs_no_code(type) then
        return false;
    end if;
    execute format('select (%s)::%s', value, type);
    return true;
exception when others then
    return false;
end $$;

create or replace function schemaguard.holds_for(expression text, type text, name name, value text) returns boolean
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    result boolean;
begin
    if not schemaguard.runs_no_code(type) then
        return false;
    end if;
    execute format('select (%s) is not false from (select (%s)::%s as %I) as row_', expression, value, type, name) into result;
    return result;
exception when others then
    return false;
end $$;

-- Brings back what a revision had retired, for whoever owns the table: names, types, values. The numbers of what is owed.
create function schemaguard.restore_migration(id bigint) returns setof bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    rel oid;
begin
    select q.* into r from schemaguard.retired_object q where q.id = id and q.restored_at is null and q.purged_at is null for update;
    if not found then
        return;
    end if;
    rel := schemaguard.hidden_relation(r);
    if (select c.relkind = 'm' from pg_class c where c.oid = rel) then
        perform schemaguard.require_owner(rel);
        perform schemaguard.permit_acts(rel, 0::int2, 'restored ' || id);
        execute format('alter materialized view %I.%I set schema %I', r.hidden_schema, r.hidden_table, r.table_schema);
        execute format('drop schema %I', r.hidden_schema);
        update schemaguard.retired_object q set restored_at = now() where q.id = id;
        perform schemaguard.note_restored(id);
        return;
    end if;
    if not schemaguard.is_operator() and exists (
            select from jsonb_array_elements(r.acts) act
            where act ->> 'act' = 'to_base_type' and not schemaguard.runs_no_code(act ->> 'type')
                or act ->> 'act' = 'detach' and exists (
                    select from pg_partitioned_table p where p.partrelid = (act ->> 'parent_rel')::oid and p.partexprs is not null)) then
        raise exception using errcode = 'SG010', message = format('%s comes back by running code of its own: that takes an operator',
            coalesce(r.table_name || '.' || r.column_name, r.table_name));
    end if;
    perform schemaguard.restore(id, false, null);
    return query select d.id from schemaguard.debt d where d.retired_object = id and d.paid_at is null and d.given_up_at is null order by d.id;
end $$;

-- A debt that the caller tries to pay with the caller's own rights; null where it is paid, else the server's reason.
create function schemaguard.pay_migration(id bigint) returns text
    language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    d schemaguard.debt;
    statement text;
    rel oid;
    reason text;
begin
    select q.* into d from schemaguard.debt q where q.id = id and q.paid_at is null and q.given_up_at is null;
    if not found then
        return null;
    end if;
    rel := schemaguard.relation_of(d.act, (d.act ->> 'anchor')::oid);
    begin
        foreach statement in array schemaguard.rendered(d.act, false, (d.act ->> 'anchor')::oid) loop
            execute statement;
        end loop;
        if (d.act ->> 'valid')::boolean and d.act ->> 'kind' in ('c', 'f') then
            execute format('alter table %s validate constraint %I', schemaguard.spelled(rel), d.act ->> 'name');
        end if;
    exception
        when lock_not_available or deadlock_detected or query_canceled then
            raise;
        when feature_not_supported then
            -- Keys of partitioned tables can't be NOT VALID before 18.
            begin
                execute format('alter table %s add constraint %I %s', schemaguard.spelled(rel), d.act ->> 'name', d.act ->> 'def');
            exception when others then
                reason := sqlerrm;
            end;
        when others then
            reason := sqlerrm;
    end;
    perform schemaguard.settle(id, reason);
    return reason;
end $$;

-- What was tried is written down; paid is what is there.
create function schemaguard.settle(id bigint, reason text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    d schemaguard.debt;
    rel oid;
begin
    select q.* into strict d from schemaguard.debt q where q.id = id and q.paid_at is null and q.given_up_at is null for update;
    rel := schemaguard.relation_of(d.act, (d.act ->> 'anchor')::oid);
    perform schemaguard.require_owner(rel);
    if reason is null and not (
            exists (select from pg_constraint where conrelid = rel and conname = d.act ->> 'name' and (convalidated or not (d.act ->> 'valid')::boolean))
            or exists (select from pg_index x join pg_class c on c.oid = x.indexrelid where x.indrelid = rel and c.relname = d.act ->> 'name' and x.indisvalid)
            or exists (select from pg_attribute where attrelid = rel and attname = d.act ->> 'column' and attnotnull)) then
        reason := 'it is not there yet';
    end if;
    update schemaguard.debt q set tried_at = now(), why = reason, paid_at = case when reason is null then now() end where q.id = id;
end $$;

-- What a migration writes down

-- One change, under that number or the next one, which is returned.
create function schemaguard.write_applied(number bigint, revision text, parents text[], statement text, performed text[], change jsonb,
        inverse text[], inverse_class text) returns bigint
    language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into schemaguard.applied_change (id, revision, parents, position, statement, performed, change, inverse, inverse_class)
    overriding system value
    select coalesce($1, nextval('schemaguard.applied_change_id_seq')), $2, $3,
        (select count(*) from schemaguard.applied_change a where a.revision = $2), $4, $5, $6, $7, $8
    returning id
$$;
create index applied_change_revision on schemaguard.applied_change (revision);

create function schemaguard.mark_undone(revision text) returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
    update schemaguard.applied_change a set undone_at = now() where a.revision = $1 and a.undone_at is null
$$;

-- The change whose drop a retirement of this transaction is.
create function schemaguard.belongs_to(retired bigint, applied bigint) returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
    update schemaguard.retired_object r set applied_change = applied
    where r.id = retired and r.retired_at = now() and r.operation is null and r.applied_change is null
$$;

-- What a migration says to the ledger, besides the rows that it writes.
create function schemaguard.append_migration(event text, actor text, payload jsonb) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not schemaguard.is_operator() and event not in ('retired', 'loss-acknowledged') then
        raise exception using errcode = 'insufficient_privilege', message = format('a migration doesn''t write %s into the ledger', event);
    end if;
    return schemaguard.append(event, actor, null, null, payload);
end $$;

revoke execute on all functions in schema schemaguard from public;
