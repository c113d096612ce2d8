-- A change of type that loses values keeps the old ones: in the same rewrite they go into a hidden column beside, which is
-- retired by number like a dropped one. What is written meanwhile is carried over where that is proved, row by row; where
-- it isn't, the row is marked and counted. The way back and forward again is a swap of the two columns.
alter table schemaguard.retired_object
    add of_attnum int2,                    -- the column that holds the values of the other type; null: it was dropped
    add conversion jsonb,                  -- {holds: before|after, expression, parameter}: how one follows from the other
    add marker name,                       -- hidden boolean column: rows written since for which nothing was proved
    add swapped_for bigint;                -- the retirement that came back in its place

-- Whether an expression gives the same for the same input in every session; a text as a value of a type counts as well.
create function schemaguard.is_conversion(tree text) returns boolean
    language sql stable set search_path = pg_catalog, pg_temp as $$
    with recursive named (type) as (
        select typed[1]::oid from regexp_matches(tree,
            ':(?:resulttype|vartype|consttype|funcresulttype|opresulttype|casetype|coalescetype|array_typeid) (\d+)', 'g') as typed
    ), types (oid) as (
        select type from named
        union
        select part.oid from types join pg_type t on t.oid = types.oid, unnest(array[t.typelem, t.typbasetype]) as part (oid)
        where part.oid <> 0 and t.typtype in ('b', 'd')
    )
    select schemaguard.is_immutable(regexp_replace(tree, '\{(COERCEVIAIO|ARRAYCOERCEEXPR)', '{RELABELTYPE', 'g')) and (
        tree not like '%{COERCEVIAIO%' or not exists (
            select from types join pg_type t on t.oid = types.oid join pg_proc p on p.oid in (t.typinput, t.typoutput)
            where p.provolatile <> 'i' and p.proname not in ('enum_in', 'enum_out', 'array_in', 'array_out', 'domain_in')))
$$;

-- What stands on a column and would have to come back with its old type, as a retirement keeps it.
create function schemaguard.retype_acts(rel oid, att int2, hidden name) returns jsonb
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    acts jsonb := '[]';
    col pg_attribute;
    part record;
    o record;
    place jsonb;
begin
    select * into strict col from pg_attribute a where a.attrelid = rel and a.attnum = att;
    for part in
        with recursive below (oid, depth) as (select rel, 0
            union all select i.inhrelid, b.depth + 1 from pg_inherits i join below b on b.oid = i.inhparent)
        select b.oid, a.attnum, n.nspname, c.relname from below b join pg_class c on c.oid = b.oid join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = b.oid and a.attname = col.attname and not a.attisdropped order by b.depth, b.oid
    loop
        place := jsonb_build_object('rel', part.oid, 'schema', part.nspname, 'table', part.relname);
        for o in select k.conname, k.contype, k.convalidated, pg_get_constraintdef(k.oid) as def, obj_description(k.oid, 'pg_constraint') as comment,
                k.conindid, (select pg_get_indexdef(k.conindid) where k.contype in ('u', 'x')) as index,
                coalesce((select x.indisclustered from pg_index x where x.indexrelid = k.conindid and k.contype in ('u', 'x')), false) as clustered
            from pg_constraint k
            where k.conrelid = part.oid and part.attnum = any (k.conkey) and k.contype in ('c', 'f', 'u', 'x') and k.conparentid = 0
                and (part.oid = rel or k.conislocal)
            order by k.contype, k.conname
        loop
            acts := acts || (place || jsonb_build_object('act', 'drop_constraint', 'name', o.conname, 'def', o.def, 'valid', o.convalidated,
                'comment', o.comment, 'kind', o.contype) || case when o.contype in ('u', 'x')
                then jsonb_build_object('index', o.index, 'unique', o.contype = 'u', 'clustered', o.clustered) else '{}' end);
        end loop;
        for o in select k.relname, x.indisunique, x.indisclustered, obj_description(k.oid, 'pg_class') as comment,
                not x.indisunique and x.indexprs is null and x.indpred is null as is_plain,
                regexp_replace(pg_get_indexdef(k.oid), '^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")+"|[^ ]+) ON) ONLY ', '\1 ') as def
            from pg_index x join pg_class k on k.oid = x.indexrelid
            where x.indrelid = part.oid and not x.indisprimary and not k.relispartition
                and not exists (select from pg_constraint n where n.conindid = k.oid and n.contype in ('u', 'x', 'p'))
                and (part.attnum = any (x.indkey) or exists (select from pg_depend d where d.refclassid = 'pg_class'::regclass
                    and d.refobjid = part.oid and d.refobjsubid = part.attnum and d.classid = 'pg_class'::regclass and d.objid = k.oid))
            order by k.relname
        loop
            acts := acts || (place || jsonb_build_object('act', 'drop_index', 'name', o.relname, 'def', o.def, 'unique', o.indisunique,
                'clustered', o.indisclustered, 'comment', o.comment, 'plain', o.is_plain));
        end loop;
    end loop;
    place := jsonb_build_object('rel', rel, 'schema', (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = rel),
        'table', (select c.relname from pg_class c where c.oid = rel));
    if col.atthasdef then
        acts := acts || (place || jsonb_build_object('act', 'drop_default', 'column', col.attname,
            'expression', (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d where d.adrelid = rel and d.adnum = att)));
    end if;
    if col.attnotnull then
        acts := acts || (place || jsonb_build_object('act', 'drop_not_null', 'column', col.attname,
            'name', (select k.conname from pg_constraint k where k.conrelid = rel and k.contype = 'n' and k.conkey = array[att])));
    end if;
    if not schemaguard.takes(format_type(col.atttypid, col.atttypmod), 'null') then
        acts := acts || (place || jsonb_build_object('act', 'to_base_type', 'column', col.attname, 'type', format_type(col.atttypid, col.atttypmod),
            'base', schemaguard.base_type(col.atttypid, col.atttypmod)));
    end if;
    return acts || (place || jsonb_build_object('act', 'rename_column', 'name', col.attname, 'to', hidden));
end $$;

create function schemaguard.base_type(type oid, typmod integer) returns text
    language sql stable set search_path = pg_catalog, pg_temp as $$
    with recursive up (t, m) as (select type, typmod
        union all select y.typbasetype, y.typtypmod from up join pg_type y on y.oid = up.t where y.typtype = 'd')
    select format_type(t, m) from up join pg_type y on y.oid = up.t where y.typtype <> 'd'
$$;

-- What would stand in the way of two columns taking turns under one name.
create function schemaguard.refuse_retype(rel oid, att int2) returns void
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    a pg_attribute;
    what text;
begin
    select * into strict a from pg_attribute q where q.attrelid = rel and q.attnum = att;
    what := format('%s.%I', schemaguard.spelled(rel), a.attname);
    perform schemaguard.refuse_column(rel, att);
    if a.attidentity <> '' then
        perform schemaguard.refuse(what, 'it is an identity column, and a counter belongs to one column',
            format('drop the identity first: ALTER TABLE %s ALTER COLUMN %I DROP IDENTITY', schemaguard.spelled(rel), a.attname));
    elsif exists (select from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' where d.classid = 'pg_class'::regclass
        and d.refclassid = 'pg_class'::regclass and d.refobjid = rel and d.refobjsubid = att and d.deptype = 'a') then
        perform schemaguard.refuse(what, 'a sequence belongs to it, and would belong to one of two columns',
            'give the sequence to nobody first: ALTER SEQUENCE ... OWNED BY NONE');
    end if;
end $$;

-- An index that a migration dropped is hidden, and would be built again for the new type, or refuse it: it goes, and its
-- way back is to build it on the column that has the old type then.
create function schemaguard.drop_hidden_indexes(rel oid, att int2) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    i record;
begin
    perform schemaguard.require_owner(rel);
    for i in select x.indexrelid, k.relname, schemaguard.spelled(x.indexrelid) as name, pg_get_indexdef(x.indexrelid) as def
        from pg_index x join pg_class k on k.oid = x.indexrelid
        where x.indrelid = rel and k.relname like '\_\_retired\_%' and (att = any (x.indkey) or exists (
            select from pg_depend d where d.refclassid = 'pg_class'::regclass and d.refobjid = rel and d.refobjsubid = att
                and d.classid = 'pg_class'::regclass and d.objid = x.indexrelid))
            and exists (select from schemaguard.applied_change a where a.undone_at is null and a.change -> 'kinds' ->> 0 = 'DropIndex'
                and position(quote_ident(k.relname) || ' RENAME TO ' in a.inverse[1]) > 0)
    loop
        update schemaguard.applied_change a set inverse_class = 'slow', inverse = array[regexp_replace(i.def,
                '^(CREATE (?:UNIQUE )?INDEX )(?:"(?:[^"]|"")+"|[^ ]+)( ON)',
                '\1' || replace(substring(a.inverse[1] from ' RENAME TO (.*)$'), '\', '\\') || '\2')]
            where a.undone_at is null and a.change -> 'kinds' ->> 0 = 'DropIndex' and position(quote_ident(i.relname) || ' RENAME TO ' in a.inverse[1]) > 0;
        execute format('drop index %s', i.name);
    end loop;
end $$;

-- Makes the column for the old values; the statement that changes the type fills it. (its number, name and type)
create function schemaguard.retype_begin(relid oid, attnum int2, out id bigint, out hidden name, out type text, out acts jsonb)
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    col pg_attribute;
    granted record;
begin
    perform schemaguard.require_owner(relid);
    execute format('lock table %s in access exclusive mode', schemaguard.spelled(relid));
    perform schemaguard.refuse_retype(relid, attnum);
    select * into strict col from pg_attribute a where a.attrelid = relid and a.attnum = attnum;
    perform schemaguard.drop_hidden_indexes(relid, attnum);
    id := nextval(pg_get_serial_sequence('schemaguard.retired_object', 'id'));
    hidden := '__retired_' || id || '_' || col.attname;
    acts := schemaguard.retype_acts(relid, attnum, hidden);
    type := case when schemaguard.takes(format_type(col.atttypid, col.atttypmod), 'null') then format_type(col.atttypid, col.atttypmod)
        else schemaguard.base_type(col.atttypid, col.atttypmod) end;
    type := type || coalesce((select format(' collate %I.%I', n.nspname, c.collname) from pg_collation c join pg_namespace n on n.oid = c.collnamespace
            where c.oid = col.attcollation and c.oid <> (select t.typcollation from pg_type t where t.oid = col.atttypid)), '');
    execute format('alter table %s add column %I %s', schemaguard.spelled(relid), hidden, type);
    if col.attstattarget >= 0 then
        execute format('alter table %s alter column %I set statistics %s', schemaguard.spelled(relid), hidden, col.attstattarget);
    end if;
    if col.attstorage <> (select t.typstorage from pg_type t where t.oid = col.atttypid) then
        execute format('alter table %s alter column %I set storage %s', schemaguard.spelled(relid), hidden,
            case col.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end);
    end if;
    if col_description(relid, attnum) is not null then
        execute format('comment on column %s.%I is %L', schemaguard.spelled(relid), hidden, col_description(relid, attnum));
    end if;
    for granted in select x.privilege_type, x.is_grantable, r.rolname from aclexplode(col.attacl) x left join pg_roles r on r.oid = x.grantee loop
        execute format('grant %s (%I) on %s to %s%s', granted.privilege_type, hidden, schemaguard.spelled(relid),
            coalesce(quote_ident(granted.rolname), 'public'), case when granted.is_grantable then ' with grant option' else '' end);
    end loop;
end $$;

-- The expression that the check of this name was made of, where nothing but the one column decides what it gives.
create function schemaguard.read_conversion(relid oid, attnum int2, checked name, plain name) returns jsonb
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('expression', substr(e, 2, length(e) - length('( IS NULL)')), 'parameter', a.attname)
    from pg_constraint whole, pg_constraint p, pg_attribute a, pg_get_expr(p.conbin, p.conrelid) e
    where whole.conrelid = $1 and whole.conname = checked and p.conrelid = $1 and p.conname = plain
        and a.attrelid = $1 and a.attnum = $2 and whole.conkey = array[$2] and p.conkey = array[$2]
        and schemaguard.is_conversion(whole.conbin::text) and e like '(% IS NULL)'
$$;

-- The rewrite is done: the old values are kept under that number.
create function schemaguard.retype_end(id bigint, relid oid, attnum int2, hidden name, acts jsonb, conversion jsonb, is_proved boolean,
    revision text) returns text
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    kept int2 := (select a.attnum from pg_attribute a where a.attrelid = relid and a.attname = hidden and not a.attisdropped);
    cls text := schemaguard.class_of(acts);
begin
    -- Every row has its value; those written since are counted, whatever the column allows.
    cls := case when not is_proved then 'needs values' when cls = 'needs values' then 'slow' else cls end;
    insert into schemaguard.retired_object (id, kind, table_schema, table_name, column_name, hidden_schema, hidden_table, hidden_column,
        restore_class, purge_after, relid, attnum, anchor, acts, why, revision, of_attnum, conversion)
    overriding system value
    select id, 'column', n.nspname, c.relname, a.attname, n.nspname, c.relname, hidden, cls, now() + interval '90 days', relid, kept,
        'schemaguard.retired_object'::regclass::oid, acts,
        case when is_proved then '{}'::text[] else array['rows that are written meanwhile may have no value of the old type'] end,
        revision, attnum, coalesce(conversion, '{}') || '{"holds": "before"}'
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum = attnum
    where c.oid = relid;
    perform schemaguard.link(id);
    perform schemaguard.note_retired(id);
    return cls;
end $$;

-- The column that stands in a kept one's place, by number; null where that is gone or out of sight itself.
create function schemaguard.counterpart(r schemaguard.retired_object) returns int2
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select a.attnum from pg_attribute a
    where a.attrelid = schemaguard.hidden_relation(r) and not a.attisdropped
        and case when r.anchor = 'schemaguard.retired_object'::regclass::oid then a.attnum = r.of_attnum
            else a.attname = r.conversion ->> 'visible' end
        and not exists (select from schemaguard.retired_object other where other.relid = r.relid and other.hidden_column = a.attname
            and other.restored_at is null and other.purged_at is null)
$$;

create function schemaguard.spelled_type(rel oid, name name) returns text
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select format_type(a.atttypid, a.atttypmod) from pg_attribute a where a.attrelid = rel and a.attname = name
$$;

-- Puts (or puts anew, under the names of now) the trigger that carries over what is written, and the marker.
create function schemaguard.link(id bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    rel oid;
    seen name;
    part record;
    has_conversion boolean;
    from_name name;
    to_name name;
    -- `there`: from the old type to the new one; `back`: a value of the old type that the conversion makes that of.
    there text;
    back text;
begin
    select q.* into strict r from schemaguard.retired_object q where q.id = id;
    rel := schemaguard.hidden_relation(r);
    select a.attname into seen from pg_attribute a where a.attrelid = rel and a.attnum = coalesce(schemaguard.counterpart(r), r.of_attnum) and not a.attisdropped;
    if seen is null then
        perform schemaguard.unlink(id);
        return;
    end if;
    -- What carries values over is made of a migration's expression, and lies apart from what schemaguard itself has written.
    if to_regnamespace('schemaguard_values') is null then
        create schema schemaguard_values;
        grant usage on schema schemaguard_values to public;
    end if;
    if r.marker is null or not exists (select from pg_attribute a where a.attrelid = rel and a.attname = r.marker and not a.attisdropped) then
        r.marker := '__retired_' || id || '__';
        execute format('alter table %s add column %I boolean', schemaguard.spelled(rel), r.marker);
    end if;
    from_name := case when r.conversion ->> 'holds' = 'before' then r.hidden_column else seen end;
    to_name := case when r.conversion ->> 'holds' = 'before' then seen else r.hidden_column end;
    has_conversion := r.conversion ->> 'expression' is not null;
    if has_conversion then
        execute format('create or replace function schemaguard_values.%I(%I %s) returns %s language sql immutable set search_path = pg_catalog, pg_temp as %L',
            'converted_' || id, r.conversion ->> 'parameter', schemaguard.spelled_type(rel, from_name), schemaguard.spelled_type(rel, to_name),
            'select ' || (r.conversion ->> 'expression'));
        there := format('after_ := schemaguard_values.%I(before_); is_known := true;', 'converted_' || id);
        back := format('candidate_ := after_; again_ := schemaguard_values.%I(candidate_); '
            'if again_::text is not distinct from after_::text then before_ := candidate_; is_known := true; end if;', 'converted_' || id);
    else
        there := 'null;';
        back := 'null;';
    end if;
    execute format($text$
        create or replace function schemaguard_values.%1$I() returns trigger language plpgsql security definer
            set search_path = pg_catalog, pg_temp set timezone = 'UTC' set extra_float_digits = 1 as %2$L
        $text$, 'carry_over_' || id, format($body$
        declare
            before_ %1$s;
            after_ %2$s;
            candidate_ %1$s;
            again_ %2$s;
            is_known boolean := false;
        begin
            if tg_op = 'UPDATE' and old.%9$I and new.%9$I is null and new.%4$I::text is not distinct from old.%4$I::text then
                return new;  -- The row is given a value by hand.
            end if;
            if (tg_op = 'INSERT' and new.%3$I is not null) or (tg_op = 'UPDATE'
                and new.%3$I::text is distinct from old.%3$I::text and new.%4$I::text is not distinct from old.%4$I::text) then
                -- Whoever reads the hidden column through a view has written it.
                %5$s := new.%3$I;
                begin %6$s exception when others then is_known := false; end;
                if not is_known then
                    raise exception using errcode = 'SG021', message = format('the value can''t be carried over to %%I of %%I.%%I', %7$L, tg_table_schema, tg_table_name),
                        hint = 'the column has another type by now, and no value of it is proved to be the same';
                end if;
                new.%4$I := %8$s;
                new.%9$I := null;
                return new;
            elsif tg_op = 'UPDATE' and new.%4$I::text is not distinct from old.%4$I::text then
                return new;
            end if;
            %8$s := new.%4$I;
            begin %10$s exception when others then is_known := false; end;
            if is_known then
                new.%3$I := %5$s;
                new.%9$I := null;
            else
                new.%3$I := null;
                new.%9$I := true;
            end if;
            return new;
        end $body$,
        schemaguard.spelled_type(rel, from_name), schemaguard.spelled_type(rel, to_name), r.hidden_column, seen,
        case when r.conversion ->> 'holds' = 'before' then 'before_' else 'after_' end,
        case when r.conversion ->> 'holds' = 'before' then there else back end, seen,
        case when r.conversion ->> 'holds' = 'before' then 'after_' else 'before_' end, r.marker,
        case when r.conversion ->> 'holds' = 'before' then back else there end));
    for part in
        with recursive below (oid) as (select rel union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent)
        select c.oid from below b join pg_class c on c.oid = b.oid
        where (c.oid = rel or not c.relispartition) and c.relkind in ('r', 'p')
            and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'zz_schemaguard_retyped_' || id)
        order by c.oid
    loop
        execute format('create trigger %I before insert or update on %s for each row execute function schemaguard_values.%I()',
            'zz_schemaguard_retyped_' || id, schemaguard.spelled(part.oid), 'carry_over_' || id);
        execute format('alter table %s enable always trigger %I', schemaguard.spelled(part.oid), 'zz_schemaguard_retyped_' || id);
    end loop;
    update schemaguard.retired_object q set marker = r.marker,
        conversion = r.conversion || jsonb_build_object('visible', seen, 'hidden', r.hidden_column, 'type', schemaguard.spelled_type(rel, seen))
        where q.id = id;
    perform schemaguard.end_acts();
end $$;

-- Nothing is carried over any more; the marker goes where `drops_marker`.
create function schemaguard.unlink(id bigint, drops_marker boolean default true) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    rel oid;
    part oid;
begin
    select q.* into strict r from schemaguard.retired_object q where q.id = id;
    rel := schemaguard.hidden_relation(r);
    for part in select t.tgrelid from pg_trigger t where t.tgname = 'zz_schemaguard_retyped_' || id and t.tgparentid = 0 loop
        execute format('drop trigger %I on %s', 'zz_schemaguard_retyped_' || id, schemaguard.spelled(part));
    end loop;
    if to_regnamespace('schemaguard_values') is null then
        return;
    end if;
    execute format('drop function if exists schemaguard_values.%I()', 'carry_over_' || id);
    for part in select p.oid from pg_proc p where p.pronamespace = to_regnamespace('schemaguard_values') and p.proname = 'converted_' || id loop
        execute format('drop function %s', part::regprocedure);
    end loop;
    if drops_marker and r.marker is not null and rel is not null and exists (
            select from pg_attribute a where a.attrelid = rel and a.attname = r.marker and not a.attisdropped) then
        perform schemaguard.permit_acts(rel, (-1)::int2, 'marks of ' || id);
        for part in with recursive below (oid) as (select rel union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent) select b.oid from below b loop
            perform schemaguard.permit_acts(part, (-1)::int2, 'marks of ' || id);
        end loop;
        execute format('alter table %s drop column %I', schemaguard.spelled(rel), r.marker);
        update schemaguard.retired_object q set marker = null where q.id = id;
    end if;
    perform schemaguard.end_acts();
end $$;

-- A conversion holds between two types: where the column beside has a third one by now it waits until that is over.
create function schemaguard.conversion_to(conversion jsonb, type text) returns jsonb
    language sql immutable set search_path = pg_catalog, pg_temp as $$
    select (case
        when conversion ->> 'type' = type then conversion
        when conversion ? 'expression' then (conversion - 'expression') || jsonb_build_object('waits', conversion -> 'expression', 'between', conversion -> 'type')
        when conversion ->> 'between' = type then (conversion - 'waits' - 'between') || jsonb_build_object('expression', conversion -> 'waits')
        else conversion end) || jsonb_build_object('type', type)
$$;

-- What stood beside one column stands beside the other that has taken its place.
create function schemaguard.point_to(rel oid, was int2, now_ int2) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    pair record;
begin
    for pair in select q.id from schemaguard.retired_object q
        where q.relid = rel and q.of_attnum = was and q.attnum <> now_ and q.restored_at is null and q.purged_at is null order by q.id
    loop
        update schemaguard.retired_object q set of_attnum = now_, conversion = schemaguard.conversion_to(q.conversion, format_type(a.atttypid, a.atttypmod))
                || jsonb_build_object('visible', a.attname)
            from pg_attribute a where q.id = pair.id and a.attrelid = rel and a.attnum = now_;
        perform schemaguard.link(pair.id);
    end loop;
end $$;

-- A column was renamed, retired or dropped: the trigger knows names, and follows.
create function schemaguard.follow_names() returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    r schemaguard.retired_object;
    rel oid;
    seen record;
begin
    for r in select q.* from schemaguard.retired_object q
        where q.of_attnum is not null and q.restored_at is null and q.purged_at is null and q.marker is not null
            and q.anchor = 'schemaguard.retired_object'::regclass::oid order by q.id
    loop
        rel := schemaguard.hidden_relation(r);
        continue when rel is null;
        select a.attname, a.attisdropped, format_type(a.atttypid, a.atttypmod) as type into seen
            from pg_attribute a where a.attrelid = rel and a.attnum = r.of_attnum;
        if seen.attisdropped then
            update schemaguard.retired_object q set of_attnum = null where q.id = r.id;
            perform schemaguard.unlink(r.id);
        elsif seen.attname <> r.conversion ->> 'visible' or seen.type <> r.conversion ->> 'type' then
            -- It may have a third type by now, of which nothing is proved. Written down first: what follows is a statement,
            -- too, and comes by here.
            update schemaguard.retired_object q set conversion = schemaguard.conversion_to(q.conversion, seen.type) || jsonb_build_object('visible', seen.attname)
                where q.id = r.id;
            perform schemaguard.link(r.id);
        end if;
    end loop;
end $$;

create or replace function schemaguard.mark() returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform schemaguard.verify_rewrites();
    insert into schemaguard.touched (xid) values (pg_current_xact_id()) on conflict do nothing;
    if pg_trigger_depth() = 0 and exists (select from schemaguard.retired_object q
            where q.of_attnum is not null and q.restored_at is null and q.purged_at is null and q.marker is not null) then
        perform schemaguard.follow_names();
    end if;
end $$;

-- What waits for the end of the transaction is looked at now, for a table with pending events can't be altered; the
-- fence's own look at the promises waits on.
create function schemaguard.settle(rel oid) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    c record;
begin
    for c in select n.nspname, k.conname from pg_constraint k join pg_namespace n on n.oid = k.connamespace
        where k.condeferrable and rel in (k.conrelid, k.confrelid)
    loop
        execute format('set constraints %I.%I immediate', c.nspname, c.conname);
    end loop;
end $$;

create function schemaguard.stripped_for_swap(rel oid, att int2) returns jsonb
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_agg(a order by n), '[]') from jsonb_array_elements(schemaguard.retype_acts(rel, att, '')) with ordinality as q(a, n)
    where a ->> 'act' in ('drop_constraint', 'drop_default', 'drop_not_null') or a ->> 'act' = 'drop_index' and not (a ->> 'plain')::boolean
$$;

-- Takes the column out of sight that stands in a kept one's place; the number under which it is kept now.
create function schemaguard.swap_out(id bigint, fill text) returns bigint
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
        execute format('update %s set %I = (%s) where %I', schemaguard.spelled(rel), r.hidden_column, fill, r.marker);
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

-- The two are one column no longer: what is out of sight stays as it is.
create function schemaguard.part(id bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
begin
    select q.* into strict r from schemaguard.retired_object q where q.id = id;
    perform schemaguard.require_owner(schemaguard.hidden_relation(r));
    perform schemaguard.unlink(id);
    update schemaguard.retired_object q set of_attnum = null, swapped_for = null, applied_change = null where q.id = id;
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
        execute format('update %s set %I = (%s) where %I is null', schemaguard.spelled(rel), r.hidden_column, fill, r.hidden_column);
        set constraints all immediate;
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

create or replace function schemaguard.purge(id bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    rel oid;
    member record;
    act jsonb;
    pair record;
begin
    for pair in select q.id from schemaguard.retired_object q, schemaguard.retired_object gone
        where gone.id = id and q.of_attnum is not null and q.restored_at is null and q.purged_at is null
            and (q.id = gone.id or q.relid = gone.relid and q.of_attnum = gone.attnum and gone.restored_at is null)
            and schemaguard.hidden_relation(q) is not null
    loop
        perform schemaguard.unlink(pair.id);
        update schemaguard.retired_object q set of_attnum = null where q.id = pair.id;
    end loop;
    select q.* into r from schemaguard.retired_object q where q.id = id and q.restored_at is null and q.purged_at is null for update;
    if not found then
        return;
    end if;
    rel := schemaguard.hidden_relation(r);
    if rel is not null then
        perform schemaguard.require_owner(rel);
        for member in select distinct v.oid, n.nspname, v.relname, v.relkind from pg_depend d join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
            join pg_class v on v.oid = w.ev_class join pg_namespace n on n.oid = v.relnamespace
            where d.refclassid = 'pg_class'::regclass and d.refobjid = rel and (r.attnum = 0 or d.refobjsubid = r.attnum)
                and v.relkind = 'v' and n.nspname in (select view_schema from schemaguard.contract)
        loop
            execute format('drop view %I.%I', member.nspname, member.relname);
        end loop;
        if r.kind = 'column' then
            perform schemaguard.permit_acts(rel, r.attnum, 'purged ' || id);
            for act in select a from jsonb_array_elements(r.acts) a where a ->> 'act' = 'guard_shape' loop
                execute (schemaguard.rendered(act, false, r.anchor))[1];
            end loop;
            execute format('alter table %s drop column %I', schemaguard.spelled(rel), r.hidden_column);
        else
            for member in select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = r.hidden_schema and c.relkind in ('r', 'p') loop
                perform schemaguard.permit_acts(member.oid, (-1)::int2, 'purged ' || id);
            end loop;
            execute format('drop table %s', schemaguard.spelled(rel));
            execute format('drop schema %I', r.hidden_schema);
        end if;
    end if;
    update schemaguard.retired_object q set purged_at = now() where q.id = id;
    update schemaguard.debt d set given_up_at = now(), why = 'what it belongs to was purged'
        where d.retired_object = id and d.paid_at is null and d.given_up_at is null;
    perform schemaguard.note_restored(id);
end $$;

-- Rows without a value: of what was retyped, those that are marked.
create or replace function schemaguard.without_value(id bigint) returns bigint
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    n bigint;
begin
    select q.* into strict r from schemaguard.retired_object q where q.id = id;
    execute format('select count(*) from %s where %I', schemaguard.spelled(schemaguard.hidden_relation(r)),
        coalesce(r.marker, r.hidden_column)
    ) || case when r.marker is null then ' is null' else '' end into n;
    return n;
end $$;

create or replace function schemaguard.taken_by(r schemaguard.retired_object) returns text
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    att int2 := case when r.of_attnum is not null then schemaguard.counterpart(r) end;
begin
    if att is null then
        return (
    select case when r.kind = 'column' then (select format('a newer column %I of %s', a.attname, schemaguard.spelled(a.attrelid))
            from pg_attribute a where a.attrelid = schemaguard.hidden_relation(r) and a.attname = r.column_name and not a.attisdropped)
        else (select format('a newer %s', pg_describe_object('pg_class'::regclass, c.oid, 0))
            from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_namespace h on h.nspname = r.hidden_schema
            join pg_class o on o.relnamespace = h.oid and o.relname = c.relname
            where n.nspname = r.table_schema order by c.relname <> r.table_name, c.relname limit 1) end);
    end if;
    perform schemaguard.refuse_retype(schemaguard.hidden_relation(r), att);
    return (select format('a newer column %I of %s', a.attname, schemaguard.spelled(a.attrelid)) from pg_attribute a
        where a.attrelid = schemaguard.hidden_relation(r) and a.attname = r.column_name and not a.attisdropped and a.attnum <> att);
exception when sqlstate 'SG010' then
    return format('%s, which can''t make way for it (%s),', r.column_name, sqlerrm);
end $$;

-- What a swap does with the column that stands there comes first.
create or replace function schemaguard.way_back(r schemaguard.retired_object, out at_once text[], out owed text[])
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    act jsonb;
    statement text;
    hidden text;
    att int2 := case when r.of_attnum is not null then schemaguard.counterpart(r) end;
    rel oid := schemaguard.hidden_relation(r);
begin
    at_once := '{}';
    owed := '{}';
    if att is not null then
        -- What stands there makes way first.
        for act in
            select a from jsonb_array_elements(schemaguard.stripped_for_swap(rel, att)) a
            union all
            select a from schemaguard.column_acts(rel, att, 0, false, null) c, jsonb_array_elements(c.acts) a where a ->> 'act' in ('rename_index', 'rename_column')
        loop
            at_once := at_once || schemaguard.rendered(act, true, 'schemaguard.retired_object'::regclass::oid);
        end loop;
    end if;
    for act in select a from jsonb_array_elements(r.acts) with ordinality as q(a, n) order by n desc loop
        if act ->> 'act' in ('guard_shape', 'rename_statistics') or act ->> 'kind' = 'n' or (act ? 'rel' and schemaguard.relation_of(act, r.anchor) is null) then
            null;
        elsif act ->> 'act' = 'drop_not_null' then
            owed := owed || format('alter table %s alter column %I set not null', schemaguard.spelled(schemaguard.relation_of(act, r.anchor)), act ->> 'column');
        elsif act ->> 'act' = 'rename_sequence' then
            at_once := at_once || format('alter sequence %I.%I rename to %I', act ->> 'schema', act ->> 'to', act ->> 'name');
        elsif schemaguard.is_debt(act) then
            statement := (schemaguard.rendered(act, false, r.anchor))[1];
            hidden := 'alter table ' || schemaguard.spelled(schemaguard.relation_of(act, r.anchor)) || ' ';
            if starts_with(statement, hidden) then
                statement := format('alter table %I.%I ', act ->> 'schema', act ->> 'table') || substr(statement, length(hidden) + 1);
            end if;
            owed := owed || statement;
        else
            at_once := at_once || schemaguard.rendered(act, false, r.anchor);
        end if;
    end loop;
end $$;


-- Contract views stand in the way of every change of type. Those that show the columns are emptied there before it, and
-- show them again after it, in the same transaction: numbers, owners, grants and options stay.

-- The columns of a contract view: which column of its table each shows.
create function schemaguard.view_columns(v oid) returns table (number int2, name name, base int2, type text, type_oid oid, typmod integer, is_written boolean)
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select a.attnum, a.attname, e.base, format_type(a.atttypid, a.atttypmod) || coalesce((
            select format(' collate %I.%I', n.nspname, c.collname) from pg_collation c join pg_namespace n on n.oid = c.collnamespace
            where c.oid = a.attcollation and c.oid <> t.typcollation), ''),
        a.atttypid, a.atttypmod,
        exists (select from aclexplode(a.attacl) x where x.privilege_type in ('INSERT', 'UPDATE') and x.grantee <> k.relowner)
    from pg_class k join pg_attribute a on a.attrelid = k.oid and a.attnum > 0 join pg_type t on t.oid = a.atttypid
    join (
        select substring(entry from ':resno (\d+)')::int2 as number, substring(entry from ':varattno (-?\d+)')::int2 as base
        from pg_rewrite w, regexp_split_to_table(w.ev_action::text, '\{TARGETENTRY ') with ordinality as q(entry, n)
        where w.ev_class = v and w.rulename = '_RETURN' and n > 1) e on e.number = a.attnum
    where k.oid = v order by a.attnum
$$;

create function schemaguard.views_over(columns jsonb) returns table (view_oid oid, rel oid)
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select v.oid, d.refobjid from pg_depend d join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
    join pg_class v on v.oid = w.ev_class and v.relkind = 'v' join pg_namespace n on n.oid = v.relnamespace
    where d.refclassid = 'pg_class'::regclass and n.nspname in (select view_schema from schemaguard.contract)
        and exists (select from jsonb_array_elements(columns) c where (c ->> 'rel')::oid = d.refobjid and (c ->> 'att')::int2 = d.refobjsubid)
    group by v.oid, d.refobjid, n.nspname, v.relname order by n.nspname, v.relname
$$;

-- The columns of what inherits it, too: [{rel, att}].
create function schemaguard.with_heirs(rel oid, att int2) returns jsonb
    language sql stable set search_path = pg_catalog, pg_temp as $$
    with recursive below (oid) as (select rel union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent)
    select jsonb_agg(jsonb_build_object('rel', b.oid, 'att', k.attnum))
    from below b join pg_attribute k on k.attrelid = b.oid and not k.attisdropped
        and k.attname = (select a.attname from pg_attribute a where a.attrelid = rel and a.attnum = att)
$$;

create function schemaguard.set_views_aside(columns jsonb) returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v record;
    made integer := 0;
begin
    for v in select q.view_oid, q.rel, schemaguard.spelled(q.view_oid) as name, array_to_string(k.reloptions, ', ') as options
        from schemaguard.views_over(columns) q join pg_class k on k.oid = q.view_oid
    loop
        perform schemaguard.require_owner(v.rel);
        execute format('create or replace view %s%s as select %s from %s as t', v.name, ' with (' || v.options || ')', (
            select string_agg(case when exists (select from jsonb_array_elements(columns) q where (q ->> 'rel')::oid = v.rel and (q ->> 'att')::int2 = c.base)
                then format('null::%s as %I', c.type, c.name)
                else schemaguard.shown(v.rel, c.base, c.type, c.type_oid, c.typmod, c.name) end, ', ' order by c.number)
            from schemaguard.view_columns(v.view_oid) c), schemaguard.spelled(v.rel));
        made := made + 1;
    end loop;
    return made;
end $$;

create function schemaguard.shown(rel oid, att int2, type text, type_oid oid, typmod integer, name name) returns text
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select format(case when (a.atttypid, a.atttypmod) = (type_oid, typmod) then 't.%1$I as %3$I' else 't.%1$I::%2$s as %3$I' end, a.attname, type, name)
    from pg_attribute a where a.attrelid = rel and a.attnum = att
$$;

-- What each view shows before it is emptied, for whoever puts it back.
create function schemaguard.note_views(columns jsonb) returns jsonb
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('view', q.view_oid, 'rel', q.rel, 'bases', (
        select jsonb_agg(c.base order by c.number) from schemaguard.view_columns(q.view_oid) c))), '[]')
    from schemaguard.views_over(columns) q
$$;

-- `kept`: [{rel, att, hidden}], the columns whose old values are beside. A view goes on showing what its contract was
-- made for: by its type, and where that doesn't tell the two apart, by whether its version has ever served.
create function schemaguard.put_views_back(noted jsonb, columns jsonb, kept jsonb) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v record;
    c record;
    source int2;
    parts text[];
    is_new boolean;
    changes_type boolean;
begin
    for v in select (q ->> 'view')::oid as oid, (q ->> 'rel')::oid as rel, q -> 'bases' as bases, schemaguard.spelled((q ->> 'view')::oid) as name,
            ' with (' || array_to_string(k.reloptions, ', ') || ')' as options, n.nspname
        from jsonb_array_elements(noted) with ordinality as s(q, n_) join pg_class k on k.oid = (q ->> 'view')::oid
        join pg_namespace n on n.oid = k.relnamespace order by n_
    loop
        -- A view that is made anew must not lose what hangs on it, and its rights must be those of its owner.
        perform schemaguard.require_owner(v.rel);
        is_new := (select bool_and(r.released_at is null) from schemaguard.contract k join schemaguard.release r on r.contract = k.digest where k.view_schema = v.nspname);
        parts := '{}';
        changes_type := false;
        for c in select w.* from schemaguard.view_columns(v.oid) w order by w.number loop
            source := (v.bases ->> (c.number - 1))::int2;
            select k.hidden into source from (
                select h.attnum as hidden, (h.atttypid, h.atttypmod) = (c.type_oid, c.typmod) as is_old, (x.atttypid, x.atttypmod) = (c.type_oid, c.typmod) as is_now
                from jsonb_array_elements(kept) q join pg_attribute h on h.attrelid = v.rel and h.attname = q ->> 'hidden' and not h.attisdropped
                join pg_attribute x on x.attrelid = v.rel and x.attnum = source
                where (q ->> 'rel')::oid = v.rel and (q ->> 'att')::int2 = source) k
            where not (k.is_now and (not k.is_old or coalesce(is_new, false)));
            source := coalesce(source, (v.bases ->> (c.number - 1))::int2);
            if c.is_written and exists (select from pg_attribute a where a.attrelid = v.rel and a.attnum = source and (a.atttypid, a.atttypmod) <> (c.type_oid, c.typmod)) then
                -- A cast would make it read-only.
                changes_type := true;
                parts := parts || (select format('t.%I as %I', a.attname, c.name) from pg_attribute a where a.attrelid = v.rel and a.attnum = source);
            else
                parts := parts || schemaguard.shown(v.rel, source, c.type, c.type_oid, c.typmod, c.name);
            end if;
        end loop;
        if changes_type then
            perform schemaguard.make_view_anew(v.oid, format('create view %s%s as select %s from %s as t', v.name, v.options, array_to_string(parts, ', '), schemaguard.spelled(v.rel)));
        else
            execute format('create or replace view %s%s as select %s from %s as t', v.name, v.options, array_to_string(parts, ', '), schemaguard.spelled(v.rel));
        end if;
    end loop;
end $$;

create function schemaguard.make_view_anew(v oid, text_ text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    again text[];
    statement text;
begin
    select array_agg(s order by n) into again from (
        select 1 as n, format('alter view %s owner to %I', schemaguard.spelled(v), o.rolname) as s from pg_class k join pg_roles o on o.oid = k.relowner where k.oid = v
        union all
        select 2, format('grant %s on %s to %s%s', x.privilege_type, schemaguard.spelled(v), coalesce(quote_ident(r.rolname), 'public'),
            case when x.is_grantable then ' with grant option' else '' end)
        from pg_class k, aclexplode(k.relacl) x left join pg_roles r on r.oid = x.grantee where k.oid = v and x.grantee <> k.relowner
        union all
        select 3, format('grant %s (%I) on %s to %s%s', x.privilege_type, a.attname, schemaguard.spelled(v), coalesce(quote_ident(r.rolname), 'public'),
            case when x.is_grantable then ' with grant option' else '' end)
        from pg_attribute a, aclexplode(a.attacl) x left join pg_roles r on r.oid = x.grantee where a.attrelid = v and a.attnum > 0
        union all
        select 4, format('alter view %s alter column %I set default %s', schemaguard.spelled(v), a.attname, pg_get_expr(d.adbin, d.adrelid))
        from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum where d.adrelid = v
        union all
        select 5, format('comment on view %s is %L', schemaguard.spelled(v), obj_description(v, 'pg_class')) where obj_description(v, 'pg_class') is not null) as q;
    execute format('drop view %s', schemaguard.spelled(v));
    execute text_;
    foreach statement in array again loop
        execute statement;
    end loop;
end $$;

revoke execute on all functions in schema schemaguard from public;
