-- What a newer version added and an older one's writers can't live with: taken off in PREPARE, owed on the way forward.
-- Each version's shape of the tables that it writes is written down when it is put to serve; what is there beyond that
-- later is an addition, unless it is proved that it can't refuse a row of whoever doesn't know it.
create table schemaguard.written_shape (
    model text not null,
    model_version text not null,
    relid oid not null,
    anchor oid not null,                   -- oid of schemaguard.retired_object then: another one means that oids were made anew
    relation_schema text not null,
    relation_name text not null,
    shape jsonb not null,
    taken_at timestamptz not null default now(),
    primary key (model, model_version, relid),
    foreign key (model, model_version) references schemaguard.release (model, model_version) on delete cascade
);

-- Of what was taken off for a version: it is tried again once another one is promoted.
alter table schemaguard.debt
    add for_model text,
    add for_version text;

-- What a revision declares that rows of a retired column get which are written without a value meanwhile.
alter table schemaguard.retired_object add fill text;

create function schemaguard.fill_of_revision(rel oid, att int2) returns text
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select said ->> 'fill' from jsonb_array_elements(coalesce(nullif(current_setting('schemaguard.fills', true), ''), '[]')::jsonb) said
    join pg_namespace n on n.nspname = said ->> 'schema' join pg_class c on c.relnamespace = n.oid and c.relname = said ->> 'table'
    join pg_attribute a on a.attrelid = c.oid and a.attname = said ->> 'column'
    where c.oid = rel and a.attnum = att limit 1
$$;

create function schemaguard.note_fill() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- The column has its hidden name by now.
    new.fill := (select said ->> 'fill' from jsonb_array_elements(coalesce(nullif(current_setting('schemaguard.fills', true), ''), '[]')::jsonb) said
        where new.kind = 'column' and (said ->> 'schema', said ->> 'table', said ->> 'column') = (new.table_schema, new.table_name, new.column_name) limit 1);
    return new;
end $$;
create trigger note_fill before insert on schemaguard.retired_object for each row execute function schemaguard.note_fill();

-- The fill that a published contract declares for a column, else the revision that drops it, as SQL; null where none does.
create or replace function schemaguard.declared_fill(rel oid, att int2) returns text
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce((
        select custom ->> 'value'
        from schemaguard.contract c, jsonb_array_elements(c.document -> 'schema') t, jsonb_array_elements(t -> 'properties') p,
            jsonb_array_elements(p -> 'customProperties') custom, pg_attribute a
        where a.attrelid = rel and a.attnum = att and custom ->> 'property' = 'fill'
            and coalesce(p ->> 'physicalName', p ->> 'name') in (a.attname, quote_ident(a.attname))
            and to_regclass(case when t ->> 'physicalName' like '%.%' then t ->> 'physicalName' else 'public.' || quote_ident(coalesce(t ->> 'physicalName', t ->> 'name')) end) = rel
        order by c.published_at desc limit 1), schemaguard.fill_of_revision(rel, att))
$$;

-- The relations behind written tables (`[{"schema", "table"}]`): each table, its partitions and children.
create function schemaguard.written_relations(tables jsonb) returns setof oid
    language sql stable set search_path = pg_catalog, pg_temp as $$
    with recursive below(oid) as (
        select to_regclass(format('%I.%I', t ->> 'schema', t ->> 'table'))::oid from jsonb_array_elements(tables) t
        union select i.inhrelid from pg_inherits i join below b on i.inhparent = b.oid)
    select b.oid from below b join pg_class k on k.oid = b.oid and k.relkind in ('r', 'p')
$$;

-- What may refuse a row of a relation, or gives it a value: constraints, unique indexes, columns, triggers, domains, labels.
create function schemaguard.shape_of(rel oid) returns jsonb
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object(
        'columns', (select coalesce(jsonb_object_agg(a.attnum::text, jsonb_build_object('name', a.attname, 'not_null', a.attnotnull,
                'default', pg_get_expr(d.adbin, d.adrelid), 'identity', a.attidentity::text, 'generated', a.attgenerated::text,
                'labels', (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = a.atttypid))), '{}')
            from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = rel and a.attnum > 0 and not a.attisdropped),
        'constraints', (select coalesce(jsonb_agg(jsonb_build_object('oid', k.oid, 'table', k.conrelid, 'def', pg_get_constraintdef(k.oid))), '[]')
            from pg_constraint k where (k.conrelid = rel or k.confrelid = rel) and k.contype in ('c', 'f', 'u', 'p', 'x')),
        'indexes', (select coalesce(jsonb_agg(jsonb_build_object('oid', x.indexrelid, 'def', pg_get_indexdef(x.indexrelid))), '[]')
            from pg_index x where x.indrelid = rel and (x.indisunique or x.indexprs is not null or x.indpred is not null)),
        'triggers', (select coalesce(jsonb_agg(jsonb_build_object('oid', t.oid, 'def', pg_get_triggerdef(t.oid))), '[]')
            from pg_trigger t where t.tgrelid = rel and not t.tgisinternal and t.tgenabled <> 'D'),
        'domains', (with recursive up(oid) as (select a.atttypid from pg_attribute a where a.attrelid = rel and a.attnum > 0 and not a.attisdropped
                union select y.typbasetype from up join pg_type y on y.oid = up.oid where y.typtype = 'd')
            select coalesce(jsonb_object_agg(y.oid::text, jsonb_build_object('not_null', y.typnotnull, 'constraints',
                (select coalesce(jsonb_agg(jsonb_build_object('oid', k.oid, 'def', pg_get_constraintdef(k.oid))), '[]')
                    from pg_constraint k where k.contypid = y.oid and k.contype = 'c'))), '{}')
            from up join pg_type y on y.oid = up.oid where y.typtype = 'd'))
$$;

-- The same, as it is once what is owed is back.
create function schemaguard.shape_due(rel oid) returns jsonb
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    shape jsonb := schemaguard.shape_of(rel);
    act jsonb;
    number text;
begin
    for act in select d.act from schemaguard.debt d
        where d.paid_at is null and d.given_up_at is null and schemaguard.relation_of(d.act, (d.act ->> 'anchor')::oid) = rel order by d.id
    loop
        number := (select attnum::text from pg_attribute where attrelid = rel and attname = act ->> 'column' and not attisdropped);
        case act ->> 'act'
        when 'drop_constraint' then
            shape := jsonb_set(shape, '{constraints}', (shape -> 'constraints') || jsonb_build_object('oid', 0, 'table', rel, 'def', act ->> 'def'));
            if act ? 'index' then
                shape := jsonb_set(shape, '{indexes}', (shape -> 'indexes') || jsonb_build_object('oid', 0, 'def', act ->> 'index'));
            end if;
        when 'drop_index' then
            shape := jsonb_set(shape, '{indexes}', (shape -> 'indexes') || jsonb_build_object('oid', 0, 'def', act ->> 'def'));
        when 'drop_not_null' then
            shape := case when number is null then shape else jsonb_set(shape, array['columns', number, 'not_null'], 'true') end;
        when 'change_default' then
            shape := case when number is null then shape else jsonb_set(shape, array['columns', number, 'default'], coalesce(act -> 'new', 'null')) end;
        when 'disable_trigger' then
            shape := jsonb_set(shape, '{triggers}', (shape -> 'triggers') || jsonb_build_object('oid', 0, 'def', act ->> 'def'));
        else
            null;
        end case;
    end loop;
    return shape;
end $$;

-- Writes down what a version is written for; `anew` where it was put to serve on purpose, else only the first time.
create function schemaguard.take_shapes(p_model text, p_version text, tables jsonb, anew boolean) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if anew then
        delete from schemaguard.written_shape s where s.model = p_model and s.model_version = p_version;
    end if;
    insert into schemaguard.written_shape (model, model_version, relid, anchor, relation_schema, relation_name, shape)
    select p_model, p_version, w.oid, 'schemaguard.retired_object'::regclass::oid, n.nspname, c.relname, schemaguard.shape_due(w.oid)
    from schemaguard.written_relations(tables) as w(oid) join pg_class c on c.oid = w.oid join pg_namespace n on n.oid = c.relnamespace
    on conflict do nothing;
end $$;

-- Whether a trigger function may refuse a row or (before it is written) swallow it, as far as its text tells; what can't
-- be read may.
create function schemaguard.may_refuse(function oid, may_swallow boolean, depth integer default 0) returns boolean
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    p pg_proc;
    body text;
begin
    select * into p from pg_proc q where q.oid = function;
    if (select lanname in ('c', 'internal') from pg_language where oid = p.prolang) or p.pronamespace = 'schemaguard'::regnamespace then
        return false;
    elsif (select lanname not in ('plpgsql', 'sql') from pg_language where oid = p.prolang) then
        return true;
    end if;
    body := lower(regexp_replace(regexp_replace(coalesce(p.prosrc, pg_get_functiondef(p.oid)), '--[^\n]*', ' ', 'g'), '/\*.*?\*/', ' ', 'g'));
    if body ~ '\mraise\M(?!\s+(debug|log|info|notice|warning)\M)' or body ~ '\massert\M' or body ~ '\mexecute\M'
        or (may_swallow and body ~ '\mreturn\s+null\M') then
        return true;
    end if;
    return depth < 5 and exists (
        select from pg_proc q where q.pronamespace not in ('pg_catalog'::regnamespace, 'schemaguard'::regnamespace) and q.oid <> function
            and position(lower(q.proname) || '(' in regexp_replace(replace(body, '"', ''), '\s+\(', '(', 'g')) > 0
            and schemaguard.may_refuse(q.oid, false, depth + 1));
end $$;

-- The statement of an act of ours, there or back; the rest is rendered as a retirement's.
create function schemaguard.addition_statements(act jsonb, there boolean, anchor oid) returns text[]
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    t text := schemaguard.spelled(schemaguard.relation_of(act, anchor));
    c text := act ->> 'column';
begin
    return case act ->> 'act'
        when 'change_default' then
            case when there and act ->> 'old' is not null then array[format('alter table only %s alter column %I set default %s', t, c, act ->> 'old')]
                when there then array[format('alter table only %s alter column %I drop default', t, c)]
                when act ->> 'new' is not null then array[format('alter table only %s alter column %I set default %s', t, c, act ->> 'new')]
                else array[format('alter table only %s alter column %I drop default', t, c)] end
        when 'keep_default' then '{}'
        when 'loosen_identity' then array[format('alter table %s alter column %I set generated %s', t, c, case when there then 'by default' else 'always' end)]
        when 'add_identity' then
            case when there then array[format('alter table %s alter column %I add generated by default as identity', t, c),
                    format('select setval(pg_get_serial_sequence(%L, %L), coalesce((select max(%I) from %s), 0) + 1, false)', t, c, c, t)]
                else array[format('alter table %s alter column %I drop identity', t, c)] end
        when 'disable_trigger' then array[format('alter table %s %s trigger %I', t,
            case when there then 'disable' else case act ->> 'enabled' when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end end, act ->> 'name')]
        when 'domain_drop_not_null' then array[format('alter domain %I.%I %s not null', act ->> 'domain_schema', act ->> 'domain', case when there then 'drop' else 'set' end)]
        when 'domain_drop_constraint' then array[case when there
            then format('alter domain %I.%I drop constraint %I', act ->> 'domain_schema', act ->> 'domain', act ->> 'name')
            else format('alter domain %I.%I add constraint %I %s', act ->> 'domain_schema', act ->> 'domain', act ->> 'name', act ->> 'def') end]
        when 'add_label' then case when there then array[format('alter type %I.%I add value if not exists %L%s', act ->> 'type_schema', act ->> 'type', act ->> 'label',
            case when act ->> 'before' is not null then format(' before %L', act ->> 'before') else '' end)] else '{}' end
        else schemaguard.rendered(act, there, anchor) end;
end $$;

-- Whether an expression that an index computes at every write, if any, gives a value for every input.
create function schemaguard.never_raises(tree text) returns boolean
    language sql stable set search_path = pg_catalog, pg_temp as $$ select tree is null or schemaguard.is_total(tree) $$;

-- The columns of a unique index that `ON CONFLICT (…)` can name; none where it has a predicate or an expression.
create function schemaguard.key_columns(index oid) returns jsonb
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select case when x.indisunique and x.indpred is null and x.indexprs is null and x.indimmediate then
        (select jsonb_agg(a.attname) from unnest((x.indkey::int2[])[0:x.indnkeyatts - 1]) as key(att)
            join pg_attribute a on a.attrelid = x.indrelid and a.attnum = key.att) else '[]' end
    from pg_index x where x.indexrelid = index
$$;

-- Whether a unique thing can't refuse a row of whoever doesn't know its new columns, or was as unique before.
create function schemaguard.never_refuses(index oid, rel oid, fresh int2[], shape jsonb) returns boolean
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (select from unnest((x.indkey::int2[])[0:x.indnkeyatts - 1]) as key(att)
            where key.att = any (fresh) and not x.indnullsnotdistinct and (schemaguard.filling(rel, key.att)).new_value = 'null')
        or exists (select from pg_index y
            where y.indrelid = rel and y.indexrelid <> index and y.indisunique and y.indisvalid and y.indimmediate and y.indpred is null and y.indexprs is null
                and not x.indisexclusion and x.indimmediate and x.indexprs is null
                and (y.indkey::int2[])[0:y.indnkeyatts - 1] <@ (x.indkey::int2[])[0:x.indnkeyatts - 1] and (not x.indnullsnotdistinct or y.indnullsnotdistinct
                    or not exists (select from pg_attribute a where a.attrelid = rel and a.attnum = any (y.indkey::int2[]) and not a.attnotnull))
                and exists (select from jsonb_array_elements(shape -> 'indexes') known where (known ->> 'oid')::oid = y.indexrelid
                    or known ->> 'def' = pg_get_indexdef(y.indexrelid)))
    from pg_index x where x.indexrelid = index
$$;

-- What was added to what a version writes since it was put to serve and may refuse what it writes, as acts in their order.
create function schemaguard.additions(p_model text, p_version text, out act jsonb, out object text) returns setof record
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    anchor oid := 'schemaguard.retired_object'::regclass::oid;
    s schemaguard.written_shape;
    rel oid;
    spelled text;
    place jsonb;
    fresh int2[];
    k record;
    a record;
    was jsonb;
    f schemaguard.filling;
    taken jsonb := '[]';
    drops_key boolean;
    label record;
begin
    for s in select * from schemaguard.written_shape w where w.model = p_model and w.model_version = p_version order by w.relation_schema, w.relation_name loop
        rel := case when s.anchor = anchor then (select c.oid from pg_class c where c.oid = s.relid) else to_regclass(format('%I.%I', s.relation_schema, s.relation_name))::oid end;
        select jsonb_build_object('rel', c.oid, 'schema', n.nspname, 'table', c.relname), format('%s%I', case n.nspname when 'public' then '' else format('%I.', n.nspname) end, c.relname)
            into place, spelled from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.oid = rel and n.nspname not like 'schemaguard\_retired\_%' and c.relkind in ('r', 'p');
        if not found then
            continue;
        end if;
        drops_key := false;
        fresh := array(select q.attnum from pg_attribute q where q.attrelid = rel and q.attnum > 0 and not q.attisdropped and not (s.shape -> 'columns' ? q.attnum::text));
        for k in select q.oid, q.conname, q.contype, q.conkey, q.conrelid, q.confrelid, q.convalidated, q.conbin, q.confmatchtype, q.confdeltype, q.confupdtype, q.conindid,
                pg_get_constraintdef(q.oid) as def, pg_get_expr(q.conbin, q.conrelid) as expression, obj_description(q.oid, 'pg_constraint') as comment,
                n.nspname, c.relname, x.indisunique, x.indisclustered
            from pg_constraint q join pg_class c on c.oid = q.conrelid join pg_namespace n on n.oid = c.relnamespace
            left join pg_index x on x.indexrelid = q.conindid and q.contype <> 'f'
            where (q.conrelid = rel or (q.confrelid = rel and q.contype = 'f')) and q.contype in ('c', 'f', 'u', 'p', 'x') and q.conparentid = 0
                and (q.contype <> 'c' or q.conislocal) and pg_get_constraintdef(q.oid) !~ 'NOT ENFORCED$'
                and n.nspname not like 'schemaguard\_retired\_%' and q.conname not like '\_\_retired\_%'
                and not exists (select from jsonb_array_elements(s.shape -> 'constraints') known
                    where (s.anchor = anchor and (known ->> 'oid')::oid = q.oid)
                        or (known ->> 'def' in (pg_get_constraintdef(q.oid), pg_get_constraintdef(q.oid) || ' NOT VALID')
                            and (s.anchor <> anchor or (known ->> 'table')::oid = q.conrelid)))
            order by q.contype <> 'f', q.contype = 'p', q.conname
        loop
            if k.contype = 'c' and k.conkey <@ fresh and cardinality(k.conkey) = 1 then
                f := schemaguard.filling(rel, k.conkey[1]);
                if f.new_value is not null and schemaguard.is_immutable(k.conbin::text) and schemaguard.holds_for(k.expression,
                    (select format_type(q.atttypid, q.atttypmod) from pg_attribute q where q.attrelid = rel and q.attnum = k.conkey[1]),
                    (select q.attname from pg_attribute q where q.attrelid = rel and q.attnum = k.conkey[1]), f.new_value) then
                    continue;
                end if;
            elsif k.contype in ('u', 'p', 'x') and schemaguard.never_refuses(k.conindid, rel, fresh, s.shape) then
                continue;
            elsif k.contype = 'f' and k.conrelid = rel and k.confmatchtype = 's'
                and exists (select from unnest(k.conkey) as key(att) where key.att = any (fresh) and (schemaguard.filling(rel, key.att)).new_value = 'null') then
                continue;
            elsif k.contype = 'f' and k.conrelid <> rel and k.confdeltype not in ('a', 'r') and k.confupdtype not in ('a', 'r') then
                continue;
            end if;
            act := jsonb_build_object('act', 'drop_constraint', 'rel', k.conrelid, 'schema', k.nspname, 'table', k.relname, 'name', k.conname, 'def', k.def,
                'valid', k.convalidated, 'kind', k.contype, 'comment', k.comment)
                || case when k.contype in ('u', 'p', 'x') then jsonb_build_object('index', pg_get_indexdef(k.conindid), 'unique', k.indisunique, 'clustered', k.indisclustered,
                    'columns', schemaguard.key_columns(k.conindid)) else '{}' end;
            if taken @> jsonb_build_array(act) then
                continue;
            end if;
            taken := taken || act;
            drops_key := drops_key or k.contype = 'p';
            object := format('%s of %s', case k.contype when 'c' then 'CHECK ' when 'f' then 'foreign key ' when 'u' then 'UNIQUE ' when 'p' then 'primary key ' else 'EXCLUDE ' end
                || quote_ident(k.conname), case when k.conrelid = rel then spelled else format('%s%I', case k.nspname when 'public' then '' else format('%I.', k.nspname) end, k.relname) end);
            return next;
        end loop;
        for k in select x.indexrelid, c.relname, pg_get_indexdef(x.indexrelid) as def, x.indisunique, x.indisclustered, schemaguard.never_raises(x.indexprs::text) and schemaguard.never_raises(x.indpred::text) as never_raises, obj_description(x.indexrelid, 'pg_class') as comment, n.nspname
            from pg_index x join pg_class c on c.oid = x.indexrelid join pg_namespace n on n.oid = c.relnamespace
            where x.indrelid = rel and not c.relispartition and c.relname not like '\_\_retired\_%'
                and (x.indisunique or not schemaguard.never_raises(x.indexprs::text) or not schemaguard.never_raises(x.indpred::text))
                and not exists (select from pg_constraint q where q.conindid = x.indexrelid and q.contype in ('u', 'p', 'x'))
                and not exists (select from jsonb_array_elements(s.shape -> 'indexes') known where (s.anchor = anchor and (known ->> 'oid')::oid = x.indexrelid)
                    or known ->> 'def' = pg_get_indexdef(x.indexrelid))
            order by c.relname
        loop
            if k.indisunique and schemaguard.never_refuses(k.indexrelid, rel, fresh, s.shape) and k.never_raises then
                continue;
            end if;
            act := place || jsonb_build_object('act', 'drop_index', 'schema', k.nspname, 'name', k.relname, 'def', k.def, 'unique', k.indisunique, 'clustered', k.indisclustered, 'comment', k.comment,
                'columns', schemaguard.key_columns(k.indexrelid));
            object := format('%sindex %I of %s', case when k.indisunique then 'unique ' else '' end, k.relname, spelled);
            return next;
        end loop;
        for a in select q.attnum, q.attname, q.attnotnull, q.attidentity::text, q.attgenerated::text, q.atttypid, format_type(q.atttypid, q.atttypmod) as type,
                pg_get_expr(d.adbin, d.adrelid) as expression, n.conname, coalesce(n.conislocal, q.attinhcount = 0) as is_local
            from pg_attribute q left join pg_attrdef d on d.adrelid = q.attrelid and d.adnum = q.attnum
            left join pg_constraint n on n.conrelid = rel and n.contype = 'n' and n.conkey = array[q.attnum]
            where q.attrelid = rel and q.attnum > 0 and not q.attisdropped and q.attname not like '\_\_retired\_%' order by q.attnum
        loop
            was := s.shape -> 'columns' -> a.attnum::text;
            place := place || jsonb_build_object('column', a.attname);
            f := schemaguard.filling(rel, a.attnum);
            if a.attnotnull and a.is_local and a.attidentity = '' and a.attgenerated = '' and (case when was is null then not f.fills else not (was ->> 'not_null')::boolean end)
                and (drops_key or not exists (select from pg_index x where x.indrelid = rel and x.indisprimary and a.attnum = any (x.indkey))) then
                act := place || jsonb_build_object('act', 'drop_not_null', 'name', a.conname);
                object := format('NOT NULL of %s.%I', spelled, a.attname);
                return next;
            end if;
            if was is null then
                if f.new_value is not null and a.attgenerated = '' and (select typtype = 'd' from pg_type where oid = a.atttypid) and not schemaguard.takes(a.type, f.new_value) then
                    for k in with recursive up(oid) as (select a.atttypid union select y.typbasetype from up join pg_type y on y.oid = up.oid where y.typtype = 'd')
                        select y.typname, n.nspname, null::name as conname, null as def from up join pg_type y on y.oid = up.oid join pg_namespace n on n.oid = y.typnamespace where y.typtype = 'd' and y.typnotnull
                        union all select y.typname, n.nspname, q.conname, pg_get_constraintdef(q.oid) from up join pg_type y on y.oid = up.oid
                            join pg_namespace n on n.oid = y.typnamespace join pg_constraint q on q.contypid = y.oid and q.contype = 'c'
                    loop
                        act := jsonb_build_object('act', case when k.conname is null then 'domain_drop_not_null' else 'domain_drop_constraint' end,
                            'domain_schema', k.nspname, 'domain', k.typname, 'name', k.conname, 'def', k.def);
                        object := format('%s of domain %I', coalesce('CHECK ' || quote_ident(k.conname), 'NOT NULL'), k.typname);
                        if not taken @> jsonb_build_array(act) then
                            taken := taken || act;
                            return next;
                        end if;
                    end loop;
                end if;
                continue;
            end if;
            if a.attidentity = 'a' and was ->> 'identity' <> 'a' then
                act := place || jsonb_build_object('act', 'loosen_identity');
                object := format('GENERATED ALWAYS of %s.%I', spelled, a.attname);
                return next;
            elsif a.attidentity = '' and a.attgenerated = '' and was ->> 'identity' <> '' and a.expression is null then
                act := place || jsonb_build_object('act', 'add_identity');
                object := format('identity of %s.%I', spelled, a.attname);
                return next;
            elsif a.attidentity = '' and a.attgenerated = '' and was ->> 'generated' = '' and was ->> 'default' is not null and a.expression is distinct from was ->> 'default' then
                act := place || jsonb_build_object('act', 'change_default', 'old', was ->> 'default', 'new', a.expression);
                object := format('default of %s.%I', spelled, a.attname);
                return next;
            elsif a.attidentity = '' and a.attgenerated = '' and was ->> 'generated' = '' and was ->> 'identity' = '' and was ->> 'default' is null and a.expression is not null
                and not exists (select from schemaguard.debt d where d.for_model = p_model and d.for_version = p_version and d.paid_at is null and d.given_up_at is null
                    and d.act ->> 'act' = 'change_default' and (d.act ->> 'rel')::oid = rel and d.act ->> 'column' = a.attname and d.act ->> 'new' = a.expression) then
                -- Whoever leaves the column out needs it until their servers have switched.
                act := place || jsonb_build_object('act', 'keep_default', 'new', a.expression);
                object := format('default of %s.%I', spelled, a.attname);
                return next;
            end if;
            if jsonb_typeof(was -> 'labels') = 'array' then
                for label in select l.value, (select e.enumlabel from jsonb_array_elements_text(was -> 'labels') with ordinality as later(value, n)
                            join pg_enum e on e.enumtypid = a.atttypid and e.enumlabel = later.value where later.n > l.n order by later.n limit 1) as before,
                        y.typname, n.nspname
                    from jsonb_array_elements_text(was -> 'labels') with ordinality as l(value, n), pg_type y join pg_namespace n on n.oid = y.typnamespace
                    where y.oid = a.atttypid and y.typtype = 'e' and not exists (select from pg_enum e where e.enumtypid = a.atttypid and e.enumlabel = l.value) order by l.n desc
                loop
                    act := jsonb_build_object('act', 'add_label', 'type_schema', label.nspname, 'type', label.typname, 'label', label.value, 'before', label.before);
                    object := format('value %L of %I', label.value, label.typname);
                    if not taken @> jsonb_build_array(act) then
                        taken := taken || act;
                        return next;
                    end if;
                end loop;
            end if;
        end loop;
        place := place - 'column';
        for k in select t.tgname, t.tgenabled::text, pg_get_triggerdef(t.oid) as def from pg_trigger t
            where t.tgrelid = rel and not t.tgisinternal and t.tgparentid = 0 and t.tgenabled <> 'D' and t.tgtype & 28 <> 0 and schemaguard.may_refuse(t.tgfoid, t.tgtype & 3 = 3)
                and not exists (select from jsonb_array_elements(s.shape -> 'triggers') known where (s.anchor = anchor and (known ->> 'oid')::oid = t.oid)
                    or known ->> 'def' = pg_get_triggerdef(t.oid))
            order by t.tgname
        loop
            act := place || jsonb_build_object('act', 'disable_trigger', 'name', k.tgname, 'enabled', k.tgenabled, 'def', k.def);
            object := format('trigger %I of %s', k.tgname, spelled);
            return next;
        end loop;
        for k in select y.typname, n.nspname, q.conname, pg_get_constraintdef(q.oid) as def, d.key as was_domain, y.typnotnull and not (d.value ->> 'not_null')::boolean as is_newly_required
            from jsonb_each(s.shape -> 'domains') d join pg_type y on y.oid = d.key::oid and s.anchor = anchor join pg_namespace n on n.oid = y.typnamespace
            left join pg_constraint q on q.contypid = y.oid and q.contype = 'c' and not exists (select from jsonb_array_elements(d.value -> 'constraints') known
                where (known ->> 'oid')::oid = q.oid or known ->> 'def' = pg_get_constraintdef(q.oid))
            where q.oid is not null or (y.typnotnull and not (d.value ->> 'not_null')::boolean)
        loop
            if k.is_newly_required then
                act := jsonb_build_object('act', 'domain_drop_not_null', 'domain_schema', k.nspname, 'domain', k.typname, 'name', null, 'def', null);
                object := format('NOT NULL of domain %I', k.typname);
                if not taken @> jsonb_build_array(act) then
                    taken := taken || act;
                    return next;
                end if;
            end if;
            if k.conname is not null then
                act := jsonb_build_object('act', 'domain_drop_constraint', 'domain_schema', k.nspname, 'domain', k.typname, 'name', k.conname, 'def', k.def);
                object := format('CHECK %I of domain %I', k.conname, k.typname);
                if not taken @> jsonb_build_array(act) then
                    taken := taken || act;
                    return next;
                end if;
            end if;
        end loop;
    end loop;
end $$;

-- Takes what was planned off, as far as it is still there; what the newer version loses is owed to it.
create function schemaguard.take_off(p_model text, p_version text, p_operation bigint, objects text[]) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    anchor oid := 'schemaguard.retired_object'::regclass::oid;
    found_ record;
    statement text;
    acts jsonb := '[]';
begin
    for found_ in select a.act, a.object from schemaguard.additions(p_model, p_version) a where a.object = any (objects) loop
        acts := acts || jsonb_build_object('act', found_.act, 'object', found_.object);
    end loop;
    for found_ in select q.a -> 'act' as act, q.a ->> 'object' as object from jsonb_array_elements(acts) with ordinality as q(a, n) order by q.n loop
        if found_.act ? 'rel' then
            perform schemaguard.require_owner((found_.act ->> 'rel')::oid);
            perform schemaguard.permit_acts((found_.act ->> 'rel')::oid, (-1)::int2, 'taken off by operation ' || p_operation);
        end if;
        foreach statement in array schemaguard.addition_statements(found_.act, true, anchor) loop
            execute statement;
        end loop;
        if found_.act ->> 'act' = 'keep_default' then
            insert into schemaguard.debt (operation, object, act)
            values (p_operation, 'no ' || found_.object, found_.act || jsonb_build_object('act', 'unset_default', 'anchor', anchor));
            found_.act := found_.act || jsonb_build_object('act', 'change_default', 'old', null);
        end if;
        if found_.act ->> 'act' <> 'add_label' then
            insert into schemaguard.debt (operation, object, act, for_model, for_version)
            values (p_operation, found_.object, found_.act || jsonb_build_object('anchor', anchor), p_model, p_version);
        end if;
    end loop;
    perform schemaguard.end_acts();
end $$;

-- Gives rows without a value one while nobody is kept from reading; what is written meanwhile restore() fills.
create function schemaguard.fill_hidden(id bigint, fill text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp set row_security = off as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    rel oid;
begin
    select q.* into strict r from schemaguard.retired_object q where q.id = id and q.kind = 'column';
    rel := schemaguard.hidden_relation(r);
    perform schemaguard.require_owner(rel);
    execute format('update %s set %I = (%s) where %I is null', schemaguard.spelled(rel), r.hidden_column, fill, r.hidden_column);
end $$;

-- Lifts a NOT NULL that a contract's writer can't live with; it is owed to the newer version, too.
create function schemaguard.loosen(p_model text, p_version text, p_operation bigint, p_schema text, p_table text, p_column text) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    anchor oid := 'schemaguard.retired_object'::regclass::oid;
    rel oid := to_regclass(format('%I.%I', p_schema, p_table))::oid;
    act jsonb;
begin
    if not exists (select from pg_attribute a where a.attrelid = rel and a.attname = p_column and a.attnotnull) then
        return;
    end if;
    perform schemaguard.require_owner(rel);
    perform schemaguard.permit_acts(rel, (-1)::int2, 'taken off by operation ' || p_operation);
    act := jsonb_build_object('act', 'drop_not_null', 'rel', rel, 'schema', p_schema, 'table', p_table, 'column', p_column, 'name', (
        select k.conname from pg_constraint k join pg_attribute a on a.attrelid = rel and k.conkey = array[a.attnum] where k.conrelid = rel and k.contype = 'n' and a.attname = p_column));
    execute format('alter table %s alter column %I drop not null', schemaguard.spelled(rel), p_column);
    insert into schemaguard.debt (operation, object, act, for_model, for_version)
    values (p_operation, format('NOT NULL of %s%I.%I', case p_schema when 'public' then '' else format('%I.', p_schema) end, p_table, p_column), act || jsonb_build_object('anchor', anchor), p_model, p_version);
    perform schemaguard.end_acts();
end $$;

-- Rows without a value get one, and so do those of whoever doesn't know the column, until nobody of them is left.
create function schemaguard.fill_owed(id bigint, fill text, p_operation bigint) returns void
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
    execute format('update %s set %I = (%s) where %I is null', schemaguard.spelled(rel), a.attname, fill, a.attname);
    set constraints all immediate;
    update schemaguard.debt q set act = q.act || jsonb_build_object('fill', fill) where q.id = id;
    if not a.atthasdef and a.attidentity = '' and schemaguard.takes(format_type(a.atttypid, a.atttypmod), fill) then
        execute format('alter table only %s alter column %I set default %s', schemaguard.spelled(rel), a.attname, fill);
        insert into schemaguard.debt (operation, object, act) values (p_operation, 'no default of ' || a.attname,
            jsonb_build_object('act', 'unset_default', 'made', true, 'rel', rel, 'schema', d.act ->> 'schema', 'table', d.act ->> 'table', 'column', a.attname, 'anchor', 'schemaguard.retired_object'::regclass::oid));
    end if;
    perform schemaguard.end_acts();
end $$;

-- How many rows have no value in the column that a NOT NULL is owed to; null for everything else.
create function schemaguard.owed_without_value(d schemaguard.debt) returns bigint
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp set row_security = off as $$
declare
    n bigint;
    rel oid := schemaguard.relation_of(d.act, (d.act ->> 'anchor')::oid);
begin
    if d.act ->> 'act' <> 'drop_not_null' or not exists (select from pg_attribute a where a.attrelid = rel and a.attname = d.act ->> 'column' and not a.attisdropped) then
        return null;
    end if;
    execute format('select count(*) from %s where %I is null', schemaguard.spelled(rel), d.act ->> 'column') into n;
    return n;
end $$;

-- Takes one object out of sight in FINISH, or again when an operation is given up; false where nothing can.
create function schemaguard.retire_leftover(p_schema text, p_table text, p_column text, p_revision text, p_applied bigint, p_operation bigint, is_sure boolean) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    rel oid := to_regclass(format('%I.%I', p_schema, p_table))::oid;
    att int2 := 0;
    number_ bigint;
begin
    if p_column is not null then
        select a.attnum into att from pg_attribute a where a.attrelid = rel and a.attname = p_column and a.attnum > 0 and not a.attisdropped;
    end if;
    if rel is null or att is null then
        if is_sure then
            perform schemaguard.refuse(concat_ws('.', p_schema, p_table, p_column), 'it is gone', 'look at the database');
        end if;
        return false;
    end if;
    begin
        number_ := schemaguard.retire(rel, att, p_revision);
    exception when sqlstate 'SG010' then
        if is_sure then
            raise;
        end if;
        return false;
    end;
    update schemaguard.retired_object r set applied_change = p_applied, operation = p_operation where r.id = number_;
    update schemaguard.applied_change c set undone_at = case when p_operation is null then null else now() end, undone_by = p_operation where c.id = p_applied;
    return true;
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
                execute format('update %s set %I = (%s) where %I is null', schemaguard.spelled(rel), d.act ->> 'column', d.act ->> 'fill', d.act ->> 'column');
                set constraints all immediate;
            end if;
            foreach statement in array schemaguard.addition_statements(d.act, false, (d.act ->> 'anchor')::oid) loop
                execute statement;
            end loop;
            is_there := true;
        exception
            when lock_not_available or deadlock_detected or query_canceled then
                raise;
            when feature_not_supported then
                -- Keys of partitioned tables can't be NOT VALID before 18.
                begin
                    execute format('alter table %s add constraint %I %s', schemaguard.spelled(rel), d.act ->> 'name', d.act ->> 'def');
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
            execute format('alter table %s validate constraint %I', schemaguard.spelled(rel), d.act ->> 'name');
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
create function schemaguard.stages(id bigint, out stages jsonb, out undo jsonb)
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
            stages := stages || jsonb_build_object('statement', format('update %s set %I = (%s) where %I is null', t, d.act ->> 'column', d.act ->> 'fill', d.act ->> 'column'));
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

revoke execute on all functions in schema schemaguard from public;
