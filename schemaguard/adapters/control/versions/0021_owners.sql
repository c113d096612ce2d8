-- What is filled and tried runs the triggers, functions and CHECKs of the table's owner, as any write does: with that
-- owner's rights, who gains nothing by it, and not with those of the control schema or of whoever rolls back.

-- Runs a statement with the rights of a role, and whatever it has deferred. A superuser's rights are never lent; a
-- function that runs as its owner can't change roles. See
-- https://www.postgresql.org/docs/18/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY.
create function schemaguard.as_role(role oid, statement text) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    owner pg_roles;
begin
    select r.* into owner from pg_roles r where r.oid = role;
    if owner.oid is null or owner.rolsuper or owner.rolname = current_user or not pg_has_role(current_user, owner.oid, 'member') then
        execute statement;
        set constraints all immediate;
        return;
    end if;
    execute format('create function pg_temp.schemaguard_as_role() returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as %L',
        format('begin execute %L; set constraints all immediate; end', statement));
    execute format('alter function pg_temp.schemaguard_as_role() owner to %I', owner.rolname);
    perform pg_temp.schemaguard_as_role();
    drop function pg_temp.schemaguard_as_role();
end $$;

-- The same with the rights of a relation's owner.
create function schemaguard.as_owner(rel oid, statement text) returns void
    language sql set search_path = pg_catalog, pg_temp as $$
    select schemaguard.as_role((select c.relowner from pg_class c where c.oid = rel), statement)
$$;

-- Gives the rows of a debt without a value the one that was said.
create function schemaguard.fill_debt(id bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp set row_security = off as $$
#variable_conflict use_variable
declare
    d schemaguard.debt;
    rel oid;
begin
    select q.* into strict d from schemaguard.debt q where q.id = id;
    rel := schemaguard.relation_of(d.act, (d.act ->> 'anchor')::oid);
    perform schemaguard.require_owner(rel);
    perform schemaguard.as_owner(rel, format('update %s set %I = (%s) where %I is null', schemaguard.spelled(rel), d.act ->> 'column', d.act ->> 'fill', d.act ->> 'column'));
end $$;

-- Gives rows without a value one while nobody is kept from reading; what is written meanwhile restore() fills.
create or replace function schemaguard.fill_hidden(id bigint, fill text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp set row_security = off as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    rel oid;
begin
    select q.* into strict r from schemaguard.retired_object q where q.id = id and q.kind = 'column';
    rel := schemaguard.hidden_relation(r);
    perform schemaguard.require_owner(rel);
    perform schemaguard.as_owner(rel, format('update %s set %I = (%s) where %I is null', schemaguard.spelled(rel), r.hidden_column, fill, r.hidden_column));
end $$;

-- Rows without a value get one, and so do those of whoever doesn't know the column, until nobody of them is left.
create or replace function schemaguard.fill_owed(id bigint, fill text, p_operation bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp set row_security = off as $$
#variable_conflict use_variable
declare
    d schemaguard.debt;
    rel oid;
    a pg_attribute;
begin
    select q.* into strict d from schemaguard.debt q where q.id = id for update;
    rel := schemaguard.relation_of(d.act, (d.act ->> 'anchor')::oid);
    select q.* into strict a from pg_attribute q where q.attrelid = rel and q.attname = d.act ->> 'column';
    perform schemaguard.require_owner(rel);
    perform schemaguard.permit_acts(rel, (-1)::int2, 'debt ' || id);
    perform schemaguard.as_owner(rel, format('update %s set %I = (%s) where %I is null', schemaguard.spelled(rel), a.attname, fill, a.attname));
    update schemaguard.debt q set act = q.act || jsonb_build_object('fill', fill) where q.id = id;
    if not a.atthasdef and a.attidentity = '' and schemaguard.takes(format_type(a.atttypid, a.atttypmod), fill) then
        execute format('alter table only %s alter column %I set default %s', schemaguard.spelled(rel), a.attname, fill);
        insert into schemaguard.debt (operation, object, act) values (p_operation, 'no default of ' || a.attname,
            jsonb_build_object('act', 'unset_default', 'made', true, 'rel', rel, 'schema', d.act ->> 'schema', 'table', d.act ->> 'table', 'column', a.attname, 'anchor', 'schemaguard.retired_object'::regclass::oid));
    end if;
    perform schemaguard.end_acts();
end $$;

-- Takes the column out of sight that stands in a kept one's place; the number under which it is kept now.
create or replace function schemaguard.swap_out(id bigint, fill text) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    rel oid;
    att int2;
    col pg_attribute;
    before jsonb := '[]';
    made bigint;
begin
    select q.* into strict r from schemaguard.retired_object q where q.id = id for update;
    rel := schemaguard.hidden_relation(r);
    perform schemaguard.require_owner(rel);
    execute format('lock table %s in access exclusive mode', schemaguard.spelled(rel));
    att := schemaguard.counterpart(r);
    if att is not null then
        perform schemaguard.refuse_retype(rel, att);
    end if;
    perform schemaguard.unlink(id, false);
    if fill is not null then
        perform schemaguard.as_owner(rel, format('update %s set %I = (%s) where %I', schemaguard.spelled(rel), r.hidden_column, fill, r.marker));
        perform schemaguard.settle(rel);
    end if;
    perform schemaguard.unlink(id);
    if att is null then
        update schemaguard.retired_object q set of_attnum = null where q.id = id;
        return null;
    end if;
    -- It is filled from the other column from now on, and must refuse nothing of what is written there.
    select * into strict col from pg_attribute a where a.attrelid = rel and a.attnum = att;
    before := schemaguard.stripped_for_swap(rel, att);
    perform schemaguard.permit_acts(rel, att, 'swapped for ' || id);
    perform schemaguard.carry_out(before, format('%I.%I.%I', r.table_schema, r.table_name, col.attname), 'swapped for ' || id);
    made := schemaguard.retire(rel, att, r.revision);
    update schemaguard.retired_object q set acts = before || q.acts, of_attnum = r.attnum, swapped_for = id,
        applied_change = r.applied_change, why = r.why,
        restore_class = case when r.restore_class = 'needs values' then 'needs values' else
            replace(schemaguard.class_of(before || q.acts), 'needs values', 'slow') end,
        conversion = (r.conversion - 'visible' - 'hidden') || jsonb_build_object('holds', case r.conversion ->> 'holds' when 'before' then 'after' else 'before' end)
        where q.id = made;
    return made;
end $$;

create or replace function schemaguard.restore(id bigint, pay_now boolean default true, fill text default null) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp set row_security = off as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    act jsonb;
    statement text;
    debt bigint;
    debts bigint[] := '{}';
    rel oid;
    made bigint;
begin
    if exists (select from schemaguard.retired_object q where q.id = id and q.of_attnum is not null and q.restored_at is null and q.purged_at is null) then
        -- The column that stands in its place makes way, and takes its fill along.
        made := schemaguard.swap_out(id, fill);
        fill := null;
    end if;
    select q.* into r from schemaguard.retired_object q where q.id = id and q.restored_at is null and q.purged_at is null for update;
    if not found then
        return;
    end if;
    if r.acts is null then
        raise exception using errcode = 'SG010', message = format('%s was retired by an older schemaguard', id),
            hint = array_to_string(r.restore, '; ');
    end if;
    rel := schemaguard.hidden_relation(r);
    if rel is null then
        raise exception using errcode = 'SG010', message = format('%I.%I, which held what was retired, is gone', r.hidden_schema, r.hidden_table);
    end if;
    perform schemaguard.require_owner(rel);
    perform schemaguard.permit_acts(rel, r.attnum, 'restored ' || id);
    execute format('lock table %s in access exclusive mode', schemaguard.spelled(rel));
    perform schemaguard.require_free_name(r);
    if fill is not null and r.kind = 'column' then
        perform schemaguard.as_owner(rel, format('update %s set %I = (%s) where %I is null', schemaguard.spelled(rel), r.hidden_column, fill, r.hidden_column));
    end if;
    for act in select a from jsonb_array_elements(r.acts) with ordinality as q(a, n) order by n desc loop
        if act ? 'rel' and schemaguard.relation_of(act, r.anchor) is not null then
            perform schemaguard.permit_acts(schemaguard.relation_of(act, r.anchor), (-1)::int2, 'restored ' || id);
        end if;
        if schemaguard.is_debt(act) then
            if not coalesce((act ->> 'inherited')::boolean, false) then
                debts := debts || schemaguard.owe(id, act || case when fill is null then '{}' else jsonb_build_object('fill', fill) end, r.anchor, null);
            end if;
            continue;
        end if;
        begin
            foreach statement in array schemaguard.rendered(act, false, r.anchor) loop
                execute statement;
            end loop;
        exception when duplicate_table or duplicate_object or duplicate_column then
            if act ->> 'act' not in ('rename_constraint', 'rename_index', 'rename_sequence', 'rename_statistics') then
                raise exception using errcode = 'SG010', message = format('%s can''t come back: %s', coalesce(r.table_name || '.' || r.column_name, r.table_name), sqlerrm);
            end if;
            -- Something new has its name by now: it works on under the hidden one.
            perform schemaguard.owe(id, act, r.anchor, sqlerrm);
        end;
    end loop;
    if fill is not null and r.kind = 'column' and exists (select from pg_attribute a where a.attrelid = rel and a.attname = r.column_name and not a.atthasdef)
        and schemaguard.takes((select format_type(atttypid, atttypmod) from pg_attribute a where a.attrelid = rel and a.attname = r.column_name), fill) then
        -- Whoever doesn't know the column writes on, until nobody of them is left.
        act := jsonb_build_object('act', 'unset_default', 'rel', rel, 'schema', r.table_schema, 'table', r.table_name, 'column', r.column_name);
        execute format('alter table only %s alter column %I set default %s', schemaguard.spelled(rel), r.column_name, fill);
        debts := debts || schemaguard.owe(id, act, 'schemaguard.retired_object'::regclass::oid, null);
    end if;
    update schemaguard.retired_object q set restored_at = now() where q.id = id;
    perform schemaguard.note_restored(id);
    if made is not null then
        perform schemaguard.link(made);
        perform schemaguard.note_retired(made);
        perform schemaguard.point_to(back.relid, gone.attnum, back.attnum) from schemaguard.retired_object back, schemaguard.retired_object gone
            where back.id = id and gone.id = made;
    end if;
    if pay_now then
        foreach debt in array debts loop
            perform schemaguard.pay(debt);
        end loop;
    end if;
end $$;

-- Tries one debt; null where it is paid, else the server's reason. A key or CHECK that is back and not validated is
-- validated; rows that don't satisfy it leave it NOT VALID, and the debt open.
create or replace function schemaguard.pay(id bigint) returns text
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    d schemaguard.debt;
    reason text;
    statement text;
    rel oid;
    is_there boolean;
begin
    select q.* into d from schemaguard.debt q where q.id = id and q.paid_at is null and q.given_up_at is null for update;
    if not found then
        return null;
    end if;
    rel := schemaguard.relation_of(d.act, (d.act ->> 'anchor')::oid);
    if rel is null and d.act ? 'rel' then
        update schemaguard.debt q set given_up_at = now(), why = 'its table is gone' where q.id = id;
        return null;
    end if;
    if rel is not null then
        perform schemaguard.require_owner(rel);
        perform schemaguard.permit_acts(rel, (-1)::int2, 'debt ' || id);
    end if;
    is_there := exists (select from pg_constraint where conrelid = rel and conname = d.act ->> 'name' and d.act ->> 'act' = 'drop_constraint')
        or exists (select from pg_index x join pg_class c on c.oid = x.indexrelid where x.indrelid = rel and c.relname = d.act ->> 'name' and x.indisvalid and d.act ->> 'act' = 'drop_index')
        or exists (select from pg_attribute where attrelid = rel and attname = d.act ->> 'column' and attnotnull and d.act ->> 'act' = 'drop_not_null')
        -- Somebody has given it another default since.
        or (d.act ->> 'act' = 'change_default' and (select pg_get_expr(f.adbin, f.adrelid) from pg_attribute a left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
            where a.attrelid = rel and a.attname = d.act ->> 'column') is distinct from d.act ->> 'old')
        or (d.act ->> 'act' = 'domain_drop_constraint' and exists (select from pg_constraint q join pg_type y on y.oid = q.contypid join pg_namespace n on n.oid = y.typnamespace
            where q.conname = d.act ->> 'name' and y.typname = d.act ->> 'domain' and n.nspname = d.act ->> 'domain_schema'));
    if not is_there then
        begin
            if d.act ? 'fill' and d.act ->> 'act' = 'drop_not_null' then
                perform schemaguard.as_owner(rel, format('update %s set %I = (%s) where %I is null', schemaguard.spelled(rel), d.act ->> 'column', d.act ->> 'fill', d.act ->> 'column'));
            end if;
            foreach statement in array schemaguard.addition_statements(d.act, false, (d.act ->> 'anchor')::oid) loop
                perform schemaguard.as_role(coalesce((select c.relowner from pg_class c where c.oid = rel),
                    (select y.typowner from pg_type y join pg_namespace n on n.oid = y.typnamespace where y.typname = d.act ->> 'domain' and n.nspname = d.act ->> 'domain_schema')), statement);
            end loop;
            is_there := true;
        exception
            when lock_not_available or deadlock_detected or query_canceled then
                raise;
            when feature_not_supported then
                -- Keys of partitioned tables can't be NOT VALID before 18.
                begin
                    perform schemaguard.as_owner(rel, format('alter table %s add constraint %I %s', schemaguard.spelled(rel), d.act ->> 'name', d.act ->> 'def'));
                    is_there := true;
                exception when others then
                    reason := sqlerrm;
                end;
            when others then
                reason := sqlerrm;
        end;
    end if;
    if is_there and (d.act ->> 'valid')::boolean and d.act ->> 'kind' in ('c', 'f') then
        begin
            perform schemaguard.as_owner(rel, format('alter table %s validate constraint %I', schemaguard.spelled(rel), d.act ->> 'name'));
        exception
            when lock_not_available or deadlock_detected or query_canceled then
                raise;
            when others then
                reason := sqlerrm;
        end;
    end if;
    perform schemaguard.end_acts();
    update schemaguard.debt q set tried_at = now(), why = reason, paid_at = case when reason is null then now() end where q.id = id;
    return reason;
end $$;

-- What of a debt can be done beforehand, so that pay() has to hold a strong lock for a moment only. `stages`: an index
-- that is built CONCURRENTLY (`alone`, a statement of its own), what is added NOT VALID, and its validation under a lock
-- that nobody waits for; `undo`: what takes that away again where the rows don't allow it.
create or replace function schemaguard.stages(id bigint, out stages jsonb, out undo jsonb)
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    d schemaguard.debt;
    rel oid;
    t text;
    temporary name := ('schemaguard_debt_' || id)::name;
    index text;
    name_ text;
begin
    stages := '[]';
    undo := '[]';
    select q.* into d from schemaguard.debt q where q.id = id and q.paid_at is null and q.given_up_at is null;
    rel := schemaguard.relation_of(d.act, (d.act ->> 'anchor')::oid);
    if d.id is null or rel is null or exists (select from pg_class c where c.oid = rel and c.relkind = 'p')
        or exists (select from pg_inherits i where i.inhparent = rel and d.act ->> 'act' = 'drop_not_null') then
        return;
    end if;
    t := schemaguard.spelled(rel);
    name_ := d.act ->> 'name';
    case d.act ->> 'act'
    when 'drop_index' then
        index := d.act ->> 'def';
    when 'drop_constraint' then
        if d.act ->> 'kind' in ('u', 'p') then
            index := d.act ->> 'index';
        elsif d.act ->> 'kind' in ('c', 'f') and not exists (select from pg_constraint q where q.conrelid = rel and q.conname = name_) then
            stages := jsonb_build_array(jsonb_build_object('statement', (schemaguard.rendered(d.act, false, (d.act ->> 'anchor')::oid))[1]));
        end if;
    when 'drop_not_null' then
        if exists (select from pg_attribute a where a.attrelid = rel and a.attname = d.act ->> 'column' and a.attnotnull) then
            return;
        end if;
        -- While it isn't validated, no row without a value could be written to: nothing is added before all have one.
        if d.act ? 'fill' then
            stages := stages || jsonb_build_object('statement', format('select schemaguard.fill_debt(%s)', id));
        end if;
        stages := stages || jsonb_build_object('none', format('select from %s where %I is null limit 1', t, d.act ->> 'column'),
                'why', format('column "%s" of relation "%s" contains null values', d.act ->> 'column', d.act ->> 'table'))
            || jsonb_build_object('statement', format('alter table %s add constraint %I check (%I is not null) not valid', t, temporary, d.act ->> 'column'))
            || jsonb_build_object('statement', format('alter table %s validate constraint %I', t, temporary));
        undo := jsonb_build_array(jsonb_build_object('statement', format('alter table %s drop constraint if exists %I', t, temporary)));
    else
        null;
    end case;
    if index is not null and index ~ '^CREATE (UNIQUE )?INDEX ' and not exists (select from pg_index x join pg_class c on c.oid = x.indexrelid
            where x.indrelid = rel and c.relname = name_ and x.indisvalid) then
        if exists (select from pg_index x join pg_class c on c.oid = x.indexrelid where x.indrelid = rel and c.relname = name_ and not x.indisvalid) then
            stages := stages || jsonb_build_object('alone', format('drop index concurrently if exists %I.%I', d.act ->> 'schema', name_));
        end if;
        stages := stages || jsonb_build_object('alone', regexp_replace(index, '^CREATE (UNIQUE )?INDEX ', 'CREATE \1INDEX CONCURRENTLY '));
        undo := jsonb_build_array(jsonb_build_object('alone', format('drop index concurrently if exists %I.%I', d.act ->> 'schema', name_)));
        if d.act ->> 'act' = 'drop_constraint' then
            stages := stages || jsonb_build_object('statement', format('alter table %s add constraint %I %s using index %I%s', t, name_,
                case d.act ->> 'kind' when 'p' then 'primary key' else 'unique' end, name_,
                coalesce(' ' || substring(d.act ->> 'def' from '(?:DEFERRABLE|NOT DEFERRABLE).*$'), '')));
        end if;
    end if;
end $$;

-- A policy is code of the table's owner, and forced on whoever isn't.
alter function schemaguard.pay(bigint) set row_security = off;

revoke execute on function schemaguard.as_role(oid, text), schemaguard.as_owner(oid, text), schemaguard.fill_debt(bigint) from public;
