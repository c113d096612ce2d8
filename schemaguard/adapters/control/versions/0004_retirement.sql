-- Retirement on the server, by number: a column or table goes out of sight with its values, as if it had been dropped.
-- Whatever a real DROP ... RESTRICT would silently take along is taken off, unless it is proved that it can't refuse a
-- write of whoever doesn't know the column; what a real drop refuses is refused (SG010). What was done is kept as typed
-- acts; the statements are made from them on the way there and on the way back.
-- See https://www.postgresql.org/docs/18/ddl-depend.html and catalog-pg-depend.html.
alter table schemaguard.retired_object
    add relid oid,
    add attnum int2,                       -- 0: the table
    add anchor oid,                        -- oid of this table then: another one means that oids were made anew
    add acts jsonb,                        -- in the order in which they were carried out; null: retired by version 2
    add why text[] not null default '{}',  -- what the way back has to look at, in words
    add revision text,
    alter restore set default '{}';
create index retired_object_hidden on schemaguard.retired_object (relid, attnum) where restored_at is null;

alter table schemaguard.applied_change
    drop constraint applied_change_inverse_class_check,
    add constraint applied_change_inverse_class_check
        check (inverse_class in ('instant', 'slow', 'needs values', 'lossy', 'impossible', 'none'));

-- What a way back still owes: constraints and indexes that are tried once nobody writes the other shape any more.
create table schemaguard.debt (
    id bigint generated always as identity primary key,
    retired_object bigint references schemaguard.retired_object (id),
    operation bigint references schemaguard.operation (id),
    object text not null,                  -- as a user reads it
    act jsonb not null,
    why text,                              -- the server's reason, the last time that it was tried
    owed_at timestamptz not null default now(),
    tried_at timestamptz,
    paid_at timestamptz,
    given_up_at timestamptz
);

create function schemaguard.refuse_row_shape() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using errcode = 'SG020',
        message = format('a value was given to the retired column %s of %I.%I', tg_argv[0], tg_table_schema, tg_table_name),
        hint = 'name the columns of the INSERT: a list of values by position counts the retired column, too';
end $$;

create function schemaguard.spelled(rel oid) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
    select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = rel
$$;

create function schemaguard.refuse(object text, why text, next text) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using errcode = 'SG010', message = format('%s can''t be retired: %s', object, why),
        detail = jsonb_build_object('object', object, 'why', why, 'next', next)::text;
end $$;

-- The fence, where there is one, lets these relations through until this transaction ends.
create function schemaguard.permit_acts(rel oid, att int2, reason text) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if to_regprocedure('schemaguard.allow(oid,smallint,text,text)') is not null then
        execute 'select schemaguard.allow($1, $2, what, $3) from unnest(array[''drop'', ''rewrite'', ''shape'']) what'
            using rel, att, reason;
    end if;
end $$;

create function schemaguard.end_acts() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if to_regprocedure('schemaguard.withdraw()') is not null then
        execute 'select schemaguard.withdraw()';
    end if;
end $$;

-- Whether an expression (its stored tree) gives the same for the same input, always: built-in, immutable, no subquery.
create function schemaguard.is_immutable(tree text) returns boolean
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select tree is not null
        and not exists (
            select from regexp_matches(tree, '\{([A-Z_0-9]+)', 'g') as node
            where node[1] <> all (array['OPEXPR', 'BOOLEXPR', 'FUNCEXPR', 'CONST', 'VAR', 'NULLTEST', 'BOOLEANTEST',
                'SCALARARRAYOPEXPR', 'RELABELTYPE', 'COALESCEEXPR', 'CASE', 'CASEEXPR', 'WHEN', 'CASEWHEN', 'CASETESTEXPR',
                'ARRAY', 'ARRAYEXPR', 'DISTINCTEXPR', 'NULLIFEXPR', 'MINMAX', 'MINMAXEXPR', 'COERCETODOMAIN',
                'COERCETODOMAINVALUE']))
        and not exists (
            select from regexp_matches(tree, ':(?:funcid|opfuncid) (\d+)', 'g') as called
            left join pg_proc p on p.oid = called[1]::oid and p.oid < 16384
            where p.provolatile is distinct from 'i')
$$;

-- Whether a default can't fail and needs no rights, whatever it gives: a moment or a random number.
create function schemaguard.always_gives(tree text) returns boolean
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select tree is not null
        and not exists (
            select from regexp_matches(tree, '\{([A-Z_0-9]+)', 'g') as node
            where node[1] <> all (array['FUNCEXPR', 'CONST', 'RELABELTYPE', 'SQLVALUEFUNCTION']))
        and not exists (
            select from regexp_matches(tree, ':funcid (\d+)', 'g') as called
            left join pg_proc p on p.oid = called[1]::oid and p.oid < 16384
            where coalesce(p.proname, '') <> all (array['now', 'transaction_timestamp', 'statement_timestamp',
                'clock_timestamp', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'random', 'timezone', 'timestamp', 'timestamptz',
                'date', 'time']))
$$;

-- Whether `expression`, of the column alone, isn't false for this value; false where it raises.
create function schemaguard.holds_for(expression text, type text, name name, value text) returns boolean
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    result boolean;
begin
    execute format('select (%s) is not false from (select (%s)::%s as %I) as row_', expression, value, type, name) into result;
    return result;
exception when others then
    return false;
end $$;

-- Whether a column of that type takes this value; a domain may refuse it.
create function schemaguard.takes(type text, value text) returns boolean
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    execute format('select (%s)::%s', value, type);
    return true;
exception when others then
    return false;
end $$;

create function schemaguard.gives_null(type text, value text) returns boolean
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    result boolean;
begin
    execute format('select ((%s)::%s) is null', value, type) into result;
    return result;
end $$;

-- The default of a column, what it is worth, and the sequence behind it.
-- new_value: the SQL of the value that rows get which don't name it; null where it differs from row to row.
create type schemaguard.filling as (expression text, is_kept boolean, new_value text, fills boolean, sequence oid);
create function schemaguard.filling(rel oid, att int2) returns schemaguard.filling
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    a pg_attribute;
    f schemaguard.filling;
    tree text;
    type text;
begin
    select * into strict a from pg_attribute where attrelid = rel and attnum = att;
    type := format_type(a.atttypid, a.atttypmod);
    f.sequence := (select d.objid from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
        where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = rel
        and d.refobjsubid = att and d.deptype in ('a', 'i') limit 1);
    if a.attidentity <> '' or a.attgenerated <> '' then
        return row(null, true, null, a.attidentity <> '', f.sequence)::schemaguard.filling;
    end if;
    select pg_get_expr(adbin, adrelid), adbin::text into f.expression, tree from pg_attrdef where adrelid = rel and adnum = att;
    if tree is null and (select typtype = 'd' from pg_type where oid = a.atttypid) then
        -- The domain's own default fills.
        select pg_get_expr(typdefaultbin, 0), typdefaultbin::text into f.new_value, tree from pg_type where oid = a.atttypid;
        if tree is null then
            return row(null, true, 'null', false, null)::schemaguard.filling;
        elsif schemaguard.is_immutable(tree) and schemaguard.takes(type, f.new_value) then
            return row(null, true, f.new_value, not schemaguard.gives_null(type, f.new_value), null)::schemaguard.filling;
        end if;
        return row(null, true, null, true, null)::schemaguard.filling;
    elsif tree is null then
        return row(null, true, 'null', false, null)::schemaguard.filling;
    elsif schemaguard.is_immutable(tree) and schemaguard.takes(type, f.expression) then
        return row(f.expression, true, f.expression, not schemaguard.gives_null(type, f.expression), f.sequence)::schemaguard.filling;
    elsif schemaguard.always_gives(tree) then
        return row(f.expression, true, null, true, f.sequence)::schemaguard.filling;
    elsif f.sequence is not null and f.expression ~ '^nextval\(''[^'']*''::regclass\)$' then
        return row(f.expression, true, null, true, f.sequence)::schemaguard.filling;
    end if;
    return row(f.expression, false, 'null', false, f.sequence)::schemaguard.filling;
end $$;

-- Functions that give a value for every input, however long or large.
create function schemaguard.is_total(tree text) returns boolean
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select schemaguard.is_immutable(tree) and not exists (
        select from regexp_matches(tree, ':(?:funcid|opfuncid) (\d+)', 'g') as called join pg_proc p on p.oid = called[1]::oid
        where p.proname !~ '^(upper|lower|initcap|btrim|ltrim|rtrim|length|char_length|octet_length|md5|reverse|textcat|(text|bool|int[248]+|float[48]+|numeric_|date_?|timestamp(tz)?_|uuid_|bpchar|char)(eq|ne|lt|le|gt|ge)|int[48]|float8|text)$')
$$;

-- What a real drop refuses (2BP01, 42P16), and what a hidden column would still mean to somebody.
create function schemaguard.refuse_column(rel oid, att int2) returns void
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    a pg_attribute;
    t pg_class;
    what text;
    found_ record;
    keep text := 'keep it, or drop it by hand once nobody needs it';
begin
    select * into a from pg_attribute where attrelid = rel and attnum = att and attnum > 0 and not attisdropped;
    if not found then
        perform schemaguard.refuse(coalesce(schemaguard.spelled(rel), rel::text), format('it has no column number %s', att), 'look at the migration');
    end if;
    select * into t from pg_class where oid = rel;
    what := format('%s.%I', schemaguard.spelled(rel), a.attname);
    if t.relkind not in ('r', 'p') then
        perform schemaguard.refuse(what, 'it belongs to no table of this database', keep);
    elsif t.relpersistence = 't' then
        perform schemaguard.refuse(what, 'its table is temporary', 'drop it: nothing of it outlives the session');
    elsif exists (select from pg_index where indrelid = rel and indisprimary and att = any (indkey)) then
        perform schemaguard.refuse(what, format('column %I is part of the primary key', a.attname),
            'make another primary key first, in a revision of its own');
    elsif exists (select from pg_partitioned_table where partrelid = rel and (att = any (partattrs)))
        or exists (select from pg_depend where classid = 'pg_class'::regclass and objid = rel and objsubid = 0
            and refclassid = 'pg_class'::regclass and refobjid = rel and refobjsubid = att and deptype in ('i', 'n') and t.relkind = 'p') then
        perform schemaguard.refuse(what, format('column %I is part of the partition key', a.attname), keep);
    elsif a.attinhcount > 0 or t.reloftype <> 0 then
        perform schemaguard.refuse(what, 'it is the column of one partition or child', 'retire it in the parent');
    elsif t.relreplident = 'f' or exists (select from pg_index where indrelid = rel and indisreplident and att = any (indkey)) then
        perform schemaguard.refuse(what, format('column %I is in the replica identity', a.attname),
            format('ALTER TABLE %s REPLICA IDENTITY DEFAULT', schemaguard.spelled(rel)));
    elsif exists (select from pg_constraint where conrelid = rel and contype = 'c' and 0 = any (conkey)) then
        perform schemaguard.refuse(what, 'a CHECK reads whole rows of its table',
            format('drop %s first', (select conname from pg_constraint where conrelid = rel and contype = 'c' and 0 = any (conkey) limit 1)));
    end if;
    select p.pubname as name into found_ from pg_publication p
    left join pg_publication_rel r on r.prpubid = p.oid and r.prrelid = rel
    where (r.oid is not null and (r.prattrs is null or att = any (r.prattrs))) or (p.puballtables)
        or exists (select from pg_publication_namespace n where n.pnpubid = p.oid and n.pnnspid = t.relnamespace) limit 1;
    if found then
        perform schemaguard.refuse(what, format('publication %I sends it, and a rename ends its subscriptions', found_.name),
            format('publish %s with a list of columns without it', schemaguard.spelled(rel)));
    end if;
    select pg_describe_object(d.classid, d.objid, d.objsubid) as described into found_ from pg_depend d
    left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
    left join pg_class v on v.oid = w.ev_class
    where d.refclassid = 'pg_class'::regclass and d.refobjid = rel and d.refobjsubid = att and d.deptype = 'n'
        and coalesce(v.relkind, '') not in ('v', 'm')
        and not exists (select from pg_depend e where (e.classid, e.objid, e.objsubid) = (d.classid, d.objid, d.objsubid)
            and e.refclassid = d.refclassid and e.refobjid = rel and e.refobjsubid = att and e.deptype in ('a', 'i'))
    limit 1;
    if found then
        perform schemaguard.refuse(what, format('%s depends on it: DROP COLUMN itself would fail (2BP01)', found_.described),
            format('drop or change %s first', found_.described));
    end if;
    if exists (with recursive below(oid) as (select inhrelid from pg_inherits where inhparent = rel
            union select i.inhrelid from pg_inherits i join below b on i.inhparent = b.oid)
        select from below b join pg_attribute c on c.attrelid = b.oid and c.attname = a.attname and not c.attisdropped
        where c.attislocal or c.attinhcount > 1 or exists (select from pg_index where indrelid = b.oid and indisprimary and c.attnum = any (indkey))
            or exists (select from pg_class k where k.oid = b.oid and k.relkind not in ('r', 'p'))) then
        perform schemaguard.refuse(what, 'a child table has the column of its own', 'retire it there first');
    end if;
    if a.attgenerated = 's' and not schemaguard.is_total((select adbin::text from pg_attrdef where adrelid = rel and adnum = att)) then
        perform schemaguard.refuse(what, 'it is computed at every write, and its expression may fail',
            'it holds nothing of its own: drop it with a permit of schemaguard_operator');
    end if;
end $$;

-- The acts that take one column of one relation out of the way of whoever doesn't know it.
-- `inherits` says that the relation is a child: what it has from its parent is the parent's affair.
create function schemaguard.column_acts(rel oid, att int2, id bigint, inherits boolean, fill text, out acts jsonb, out why text[])
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    a pg_attribute;
    f schemaguard.filling;
    c record;
    i record;
    o record;
    place jsonb := jsonb_build_object('rel', rel, 'schema', (select n.nspname from pg_class k join pg_namespace n on n.oid = k.relnamespace where k.oid = rel),
        'table', (select k.relname from pg_class k where k.oid = rel));
    type text;
    is_null_only boolean;
    prefix text := '__retired_' || id || '_';
begin
    acts := '[]';
    why := '{}';
    select * into strict a from pg_attribute where attrelid = rel and attnum = att;
    type := format_type(a.atttypid, a.atttypmod);
    f := schemaguard.filling(rel, att);
    if fill is not null and not f.fills then
        f := row(f.expression, false, fill, true, f.sequence)::schemaguard.filling;
    end if;
    is_null_only := f.new_value = 'null' or (f.new_value is not null and not f.fills);
    -- Constraints that no index stands behind, and those of a parent's that were taken off there.
    for c in select k.oid, k.conname, k.contype, k.conkey, k.convalidated, k.conbin, pg_get_constraintdef(k.oid) as def,
            pg_get_expr(k.conbin, k.conrelid) as expression, obj_description(k.oid, 'pg_constraint') as comment
        from pg_constraint k
        where k.conrelid = rel and att = any (k.conkey) and k.contype in ('c', 'f') and k.conparentid = 0
            and (not inherits or k.conislocal)
        order by k.contype, k.conname
    loop
        if c.contype = 'c' and c.conkey = array[att] and c.convalidated and f.new_value is not null
            and schemaguard.is_immutable(c.conbin::text) and schemaguard.holds_for(c.expression, type, a.attname, f.new_value) then
            if not inherits or (select coninhcount = 0 from pg_constraint where oid = c.oid) then
                acts := acts || (place || jsonb_build_object('act', 'rename_constraint', 'name', c.conname, 'to', (prefix || c.oid || '_' || c.conname)::name));
            end if;
        else
            acts := acts || (place || jsonb_build_object('act', 'drop_constraint', 'name', c.conname, 'def', c.def, 'valid', c.convalidated, 'comment', c.comment, 'kind', c.contype));
            why := why || case c.contype when 'f' then format('foreign key %s is checked again', c.conname)
                else format('CHECK %s is checked again', c.conname) end;
        end if;
    end loop;
    -- Indexes, with the constraints that they stand behind. An index that names it only in INCLUDE goes with it, too.
    for i in select x.*, k.relname, pg_get_indexdef(x.indexrelid) as def, n.oid as con, n.conname, pg_get_constraintdef(n.oid) as con_def,
            n.contype, coalesce(obj_description(n.oid, 'pg_constraint'), obj_description(x.indexrelid, 'pg_class')) as comment
        from pg_index x join pg_class k on k.oid = x.indexrelid
        left join pg_constraint n on n.conindid = x.indexrelid and n.conrelid = rel and n.contype in ('u', 'x')
        where x.indrelid = rel and not x.indisprimary and not k.relispartition
            and (att = any (x.indkey) or exists (select from pg_depend d where d.refclassid = 'pg_class'::regclass and d.refobjid = rel
                and d.refobjsubid = att and d.classid = 'pg_class'::regclass and d.objid = x.indexrelid)
                or exists (select from pg_depend d where d.refclassid = 'pg_class'::regclass and d.refobjid = rel
                and d.refobjsubid = att and d.classid = 'pg_constraint'::regclass and d.objid = n.oid))
        order by k.relname
    loop
        if i.indexprs is null and i.indpred is null
            -- A deferrable one can't be an arbiter of ON CONFLICT, and would refuse the whole statement.
            and i.indimmediate
            and (not (i.indisunique or i.indisexclusion) or (i.indkey[0] = att and i.indnkeyatts = 1
                and is_null_only and not i.indnullsnotdistinct))
            -- A longer value in another column could make an entry too long for the index.
            and not exists (select from unnest(i.indkey) as q(other) join pg_attribute b on b.attrelid = rel and b.attnum = other
                where other <> att and b.attlen < 0)
        then
            acts := acts || (place || case when i.con is not null
                then jsonb_build_object('act', 'rename_constraint', 'name', i.conname, 'to', (prefix || i.con || '_' || i.conname)::name)
                else jsonb_build_object('act', 'rename_index', 'name', i.relname, 'index', i.indexrelid, 'to', (prefix || i.indexrelid || '_' || i.relname)::name) end);
        elsif i.con is not null then
            acts := acts || (place || jsonb_build_object('act', 'drop_constraint', 'name', i.conname, 'def', i.con_def, 'index', i.def,
                'kind', i.contype, 'valid', true, 'unique', i.indisunique, 'clustered', i.indisclustered, 'comment', i.comment));
            why := why || format('%s would go on refusing rows: its index is built again', i.conname);
        else
            acts := acts || (place || jsonb_build_object('act', 'drop_index', 'name', i.relname, 'def', i.def, 'unique', i.indisunique,
                'clustered', i.indisclustered, 'comment', i.comment));
            why := why || case when i.indisunique then format('unique index %s would go on refusing rows: it is built again', i.relname)
                else format('index %s is built again', i.relname) end;
        end if;
    end loop;
    -- Statistics and sequences go with a dropped column, and their names are free then.
    for o in select s.oid, s.stxname, n.nspname from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace
        where s.stxrelid = rel and (att = any (s.stxkeys) or exists (select from pg_depend d where d.classid = 'pg_statistic_ext'::regclass
            and d.objid = s.oid and d.refclassid = 'pg_class'::regclass and d.refobjid = rel and d.refobjsubid = att))
    loop
        acts := acts || jsonb_build_object('act', 'rename_statistics', 'schema', o.nspname, 'name', o.stxname, 'to', (prefix || o.oid || '_' || o.stxname)::name);
    end loop;
    if f.sequence is not null then
        acts := acts || (select jsonb_build_object('act', 'rename_sequence', 'schema', n.nspname, 'name', s.relname, 'sequence', s.oid,
                'to', (prefix || s.oid || '_' || s.relname)::name, 'grant', a.attidentity = '' and f.fills)
            from pg_class s join pg_namespace n on n.oid = s.relnamespace where s.oid = f.sequence);
    end if;
    if f.expression is not null and not f.is_kept then
        acts := acts || (place || jsonb_build_object('act', 'drop_default', 'column', a.attname, 'expression', f.expression));
    end if;
    if fill is not null and f.new_value = fill then
        acts := acts || (place || jsonb_build_object('act', 'set_default', 'column', a.attname, 'expression', fill));
    end if;
    if a.attnotnull then
        select k.oid, k.conname, k.conislocal, k.coninhcount, k.convalidated, k.connoinherit into c
        from pg_constraint k where k.conrelid = rel and k.contype = 'n' and k.conkey = array[att];
        if f.fills then
            if c.conname is not null and not inherits then
                acts := acts || (place || jsonb_build_object('act', 'rename_constraint', 'kind', 'n', 'name', c.conname, 'to', (prefix || c.oid || '_' || c.conname)::name));
            end if;
        elsif not inherits or coalesce(c.conislocal, not (select p.attnotnull from pg_inherits h join pg_attribute p on p.attrelid = h.inhparent
                and p.attname = a.attname where h.inhrelid = rel limit 1)) then
            acts := acts || (place || jsonb_build_object('act', 'drop_not_null', 'column', a.attname, 'name', c.conname));
            why := why || format('column %s is NOT NULL and nothing fills it: rows that are written meanwhile need a value', a.attname);
        end if;
    end if;
    if (select typtype = 'd' from pg_type where oid = a.atttypid) and f.new_value is not null and not inherits
        and not schemaguard.takes(type, f.new_value) then
        if exists (select from pg_depend d where d.refclassid = 'pg_class'::regclass and d.refobjid = rel and d.refobjsubid = att
            and d.classid = 'pg_rewrite'::regclass) then
            perform schemaguard.refuse(format('%s.%I', schemaguard.spelled(rel), a.attname), format('its domain %s refuses NULL and a view reads it', type),
                'give the column a default, or drop the view first');
        end if;
        acts := acts || (place || jsonb_build_object('act', 'to_base_type', 'column', a.attname, 'type', type,
            'base', (with recursive up(t, m) as (select a.atttypid, a.atttypmod
                union all select y.typbasetype, y.typtypmod from up join pg_type y on y.oid = up.t where y.typtype = 'd')
                select format_type(t, m) from up join pg_type y on y.oid = up.t where y.typtype <> 'd')));
        why := why || format('its domain %s refuses NULL: rows that are written meanwhile need a value', type);
    end if;
    if not inherits then
        acts := acts || (place || jsonb_build_object('act', 'rename_column', 'name', a.attname, 'to', (prefix || a.attname)::name));
        if f.new_value is not null and a.attgenerated = '' and exists (select from pg_attribute b where b.attrelid = rel and b.attnum > att
            and not b.attisdropped and not exists (select from schemaguard.retired_object r where r.relid = rel and r.attnum = b.attnum
                and r.restored_at is null and r.purged_at is null)) then
            acts := acts || (place || jsonb_build_object('act', 'guard_shape', 'column', (prefix || a.attname)::name, 'type', type,
                'name', a.attname, 'trigger', ('schemaguard_shape_' || id)::name, 'value', f.new_value));
        end if;
    end if;
end $$;

-- The relation that an act is about: by oid, or by name where oids were made anew (a dump was restored).
create function schemaguard.relation_of(act jsonb, anchor oid) returns oid
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select case when not act ? 'rel' then null
        when anchor = 'schemaguard.retired_object'::regclass::oid and exists (select from pg_class where oid = (act ->> 'rel')::oid)
        then (act ->> 'rel')::oid
        else to_regclass(format('%I.%I', act ->> 'schema', act ->> 'table'))::oid end
$$;

-- The statements of one act, there or back; every name is quoted here.
create function schemaguard.rendered(act jsonb, there boolean, anchor oid) returns text[]
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    t text := schemaguard.spelled(schemaguard.relation_of(act, anchor));
    name text := act ->> 'name';
    to_ text := act ->> 'to';
    old_ text := case when there then name else to_ end;
    new_ text := case when there then to_ else name end;
    result text[] := '{}';
begin
    case act ->> 'act'
    when 'rename_column' then
        result := array[format('alter table %s rename column %I to %I', t, old_, new_)];
    when 'rename_constraint' then
        result := array[format('alter table %s rename constraint %I to %I', t, old_, new_)];
    when 'rename_index' then
        result := array[format('alter index %I.%I rename to %I', (select nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.oid = schemaguard.relation_of(act, anchor)), old_, new_)];
    when 'rename_statistics' then
        result := array[format('alter statistics %I.%I rename to %I', act ->> 'schema', old_, new_)];
    when 'rename_sequence' then
        result := array[format('alter sequence %I.%I rename to %I', act ->> 'schema', old_, new_)];
        if (act ->> 'grant')::boolean then
            result := case when there then result || format('grant usage on sequence %I.%I to public', act ->> 'schema', to_)
                else format('revoke usage on sequence %I.%I from public', act ->> 'schema', to_) || result end;
        end if;
    when 'drop_constraint' then
        if there then
            result := array[format('alter table %s drop constraint if exists %I', t, name)];
        else
            result := array[format('alter table %s add constraint %I %s', t, name, act ->> 'def')
                || case when act ->> 'kind' in ('c', 'f') and act ->> 'def' !~ '(NOT VALID|NOT ENFORCED)$' then ' not valid' else '' end];
            if act ->> 'comment' is not null then
                result := result || format('comment on constraint %I on %s is %L', name, t, act ->> 'comment');
            end if;
            if (act ->> 'clustered')::boolean then
                result := result || format('alter table %s cluster on %I', t, name);
            end if;
        end if;
    when 'drop_index' then
        if there then
            result := array[format('drop index %I.%I', act ->> 'schema', name)];
        else
            result := array[act ->> 'def'];
            if act ->> 'comment' is not null then
                result := result || format('comment on index %I.%I is %L', act ->> 'schema', name, act ->> 'comment');
            end if;
            if (act ->> 'clustered')::boolean then
                result := result || format('alter table %s cluster on %I', t, name);
            end if;
        end if;
    when 'drop_default' then
        result := array[case when there then format('alter table only %s alter column %I drop default', t, act ->> 'column')
            else format('alter table only %s alter column %I set default %s', t, act ->> 'column', act ->> 'expression') end];
    when 'set_default' then
        result := array[case when there then format('alter table only %s alter column %I set default %s', t, act ->> 'column', act ->> 'expression')
            else format('alter table only %s alter column %I drop default', t, act ->> 'column') end];
    when 'unset_default' then
        result := array[format('alter table only %s alter column %I drop default', t, act ->> 'column')];
    when 'drop_not_null' then
        if there then
            result := array[format('alter table %s alter column %I drop not null', t, act ->> 'column')];
        elsif name is not null then
            result := array[format('alter table %s add constraint %I not null %I', t, name, act ->> 'column')];
        else
            result := array[format('alter table %s alter column %I set not null', t, act ->> 'column')];
        end if;
    when 'to_base_type' then
        result := array[format('alter table %s alter column %I type %s', t, act ->> 'column', act ->> case when there then 'base' else 'type' end)];
    when 'guard_shape' then
        result := array[case when not there then format('drop trigger if exists %I on %s', act ->> 'trigger', t)
            when act ->> 'value' = 'null' then format('create trigger %I before insert on %s for each row when (new.%I is not null) execute function schemaguard.refuse_row_shape(%L)',
                act ->> 'trigger', t, act ->> 'column', name)
            else format('create trigger %I before insert on %s for each row when (new.%I::text is distinct from ((%s)::%s)::text) execute function schemaguard.refuse_row_shape(%L)',
                act ->> 'trigger', t, act ->> 'column', act ->> 'value', act ->> 'type', name) end];
    when 'move_table' then
        if there then
            result := array[format('alter table %I.%I set schema %I', act ->> 'schema', act ->> 'table', to_)];
        else
            result := array[format('alter table %I.%I set schema %I', to_, act ->> 'table', act ->> 'schema')];
        end if;
    when 'detach' then
        result := array[case when there then format('alter table %I.%I detach partition %s', act ->> 'parent_schema', act ->> 'parent', t)
            else format('alter table %I.%I attach partition %I.%I %s', act ->> 'parent_schema', act ->> 'parent', act ->> 'schema', act ->> 'table', act ->> 'bound') end];
    when 'no_inherit' then
        result := array[case when there then format('alter table %s no inherit %I.%I', t, act ->> 'parent_schema', act ->> 'parent')
            else format('alter table %I.%I inherit %I.%I', act ->> 'schema', act ->> 'table', act ->> 'parent_schema', act ->> 'parent') end];
    when 'make_schema' then
        result := array[case when there then format('create schema %I', name) else format('drop schema %I', name) end];
    end case;
    return result;
end $$;

-- What is tried again later, when nobody writes the other shape any more; the rest is back at once.
create function schemaguard.is_debt(act jsonb) returns boolean language sql immutable set search_path = pg_catalog, pg_temp as $$
    select act ->> 'act' in ('drop_constraint', 'drop_index', 'drop_not_null', 'unset_default')
$$;

create function schemaguard.carry_out(acts jsonb, object text, reason text) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    act jsonb;
    statement text;
begin
    for act in select a from jsonb_array_elements(acts) with ordinality as q(a, n) order by n loop
        if act ? 'rel' then
            perform schemaguard.permit_acts((act ->> 'rel')::oid, (-1)::int2, reason);
        end if;
        foreach statement in array schemaguard.rendered(act, true, 'schemaguard.retired_object'::regclass::oid) loop
            execute statement;
        end loop;
    end loop;
exception
    when lock_not_available or deadlock_detected or query_canceled or serialization_failure then
        raise;
    when others then
        if sqlstate like 'SG%' then
            raise;
        end if;
        perform schemaguard.refuse(object, format('%s (%s)', sqlerrm, sqlstate), 'keep it, or drop it by hand once nobody needs it');
end $$;

create function schemaguard.require_owner(rel oid) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if not pg_has_role(session_user, (select relowner from pg_class where oid = rel), 'usage') then
        raise exception using errcode = 'insufficient_privilege', message = format('must be owner of %s', schemaguard.spelled(rel));
    end if;
end $$;

-- The fill that a published contract declares for a column, as SQL; null where none does.
create function schemaguard.declared_fill(rel oid, att int2) returns text
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select custom ->> 'value'
    from schemaguard.contract c, jsonb_array_elements(c.document -> 'schema') t, jsonb_array_elements(t -> 'properties') p,
        jsonb_array_elements(p -> 'customProperties') custom, pg_attribute a
    where a.attrelid = rel and a.attnum = att and custom ->> 'property' = 'fill' and p ->> 'name' = a.attname
        and to_regclass(case when t ->> 'physicalName' like '%.%' then t ->> 'physicalName' else 'public.' || quote_ident(coalesce(t ->> 'physicalName', t ->> 'name')) end) = rel
    order by c.published_at desc limit 1
$$;

create function schemaguard.retire(relid oid, attnum int2, revision text default null) returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    id bigint;
    ns name;
    rel name;
    col name;
    acts jsonb := '[]';
    more jsonb;
    reasons text[] := '{}';
    more_reasons text[];
    child record;
    fill text;
begin
    select r.id into id from schemaguard.retired_object r
    where r.relid = relid and r.attnum = attnum and r.restored_at is null and r.purged_at is null
        and r.anchor = 'schemaguard.retired_object'::regclass::oid;
    if found then
        return id;
    end if;
    select n.nspname, c.relname into ns, rel from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relid;
    if not found then
        perform schemaguard.refuse(relid::text, 'there is no such relation', 'look at the migration');
    end if;
    perform schemaguard.require_owner(relid);
    if attnum = 0 then
        return schemaguard.retire_table(relid, revision);
    end if;
    execute format('lock table %s in access exclusive mode', schemaguard.spelled(relid));
    perform schemaguard.refuse_column(relid, attnum);
    select attname into strict col from pg_attribute a where a.attrelid = relid and a.attnum = attnum;
    id := nextval(pg_get_serial_sequence('schemaguard.retired_object', 'id'));
    fill := schemaguard.declared_fill(relid, attnum);
    if fill is not null and not schemaguard.takes((select format_type(atttypid, atttypmod) from pg_attribute a where a.attrelid = relid and a.attnum = attnum), fill) then
        fill := null;
    end if;
    select c.acts, c.why into acts, reasons from schemaguard.column_acts(relid, attnum, id, false, fill) c;
    for child in with recursive below(oid, depth) as (select inhrelid, 1 from pg_inherits where inhparent = relid
            union all select i.inhrelid, b.depth + 1 from pg_inherits i join below b on i.inhparent = b.oid)
        select b.oid, a.attnum as number from below b join pg_attribute a on a.attrelid = b.oid and a.attname = col and not a.attisdropped
        order by b.depth, b.oid
    loop
        select c.acts, c.why into more, more_reasons from schemaguard.column_acts(child.oid, child.number, id, true, fill) c;
        -- What is only in a child comes before its parent's rename, which takes the column along.
        acts := jsonb_path_query_array(acts, '$[*] ? (@.act != "rename_column" && @.act != "guard_shape")') || more
            || jsonb_path_query_array(acts, '$[*] ? (@.act == "rename_column" || @.act == "guard_shape")');
        reasons := reasons || more_reasons;
    end loop;
    perform schemaguard.permit_acts(relid, attnum, 'retired as ' || id);
    perform schemaguard.carry_out(acts, format('%I.%I.%I', ns, rel, col), 'retired as ' || id);
    acts := schemaguard.still_owed(relid, attnum) || acts;
    insert into schemaguard.retired_object (id, kind, table_schema, table_name, column_name, hidden_schema, hidden_table, hidden_column,
        restore_class, purge_after, relid, attnum, anchor, acts, why, revision)
    overriding system value
    values (id, 'column', ns, rel, col, ns, rel, ('__retired_' || id || '_' || col)::name, schemaguard.class_of(acts),
        now() + interval '90 days', relid, attnum, 'schemaguard.retired_object'::regclass::oid, acts, reasons, revision);
    perform schemaguard.note_retired(id);
    return id;
end $$;

-- What an earlier way back of the same object still owes belongs to the next one.
create function schemaguard.still_owed(relid oid, attnum int2) returns jsonb
    language sql set search_path = pg_catalog, pg_temp as $$
    with moved as (
        update schemaguard.debt d set given_up_at = now(), why = 'it was retired again'
        from schemaguard.retired_object r
        where r.id = d.retired_object and r.relid = $1 and r.attnum = $2 and d.paid_at is null and d.given_up_at is null
            and schemaguard.is_debt(d.act)
        returning d.id, d.act - 'anchor' - 'fill' as act)
    select coalesce(jsonb_agg(act order by id desc) filter (where act ->> 'act' <> 'unset_default'), '[]') from moved
$$;

-- Whether rows without a value would hold the way back up.
create function schemaguard.wants_value(acts jsonb) returns boolean language sql immutable set search_path = pg_catalog, pg_temp as $$
    select exists (select from jsonb_array_elements(acts) a where a ->> 'act' in ('to_base_type', 'drop_not_null'))
$$;

-- `needs values` where rows may be written without a value that is required; `slow` where a unique or checked thing has
-- to be looked at again; a foreign key or an index that only makes queries fast waits without holding anybody up.
create function schemaguard.class_of(acts jsonb) returns text language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when schemaguard.wants_value(acts) then 'needs values'
        when exists (select from jsonb_array_elements(acts) a where a ->> 'act' in ('detach', 'no_inherit')
        or (a ->> 'act' = 'drop_constraint' and a ->> 'kind' <> 'f') or (a ->> 'act' = 'drop_index' and (a ->> 'unique')::boolean))
        then 'slow' else 'instant' end
$$;

-- The fence keeps what is retired as it keeps what is promised.
create function schemaguard.note_retired(id bigint) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if to_regprocedure('schemaguard.promise_retired(oid,smallint)') is not null then
        execute 'select schemaguard.promise_retired(relid, attnum) from schemaguard.retired_object where id = $1' using id;
    end if;
    perform schemaguard.end_acts();
end $$;

create function schemaguard.retire_table(relid oid, revision text) returns bigint
    language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    id bigint;
    t pg_class;
    ns name;
    grave name;
    acts jsonb := '[]';
    reasons text[] := '{}';
    o record;
    members oid[];
    what text := schemaguard.spelled(relid);
begin
    select * into strict t from pg_class where oid = relid;
    select nspname into strict ns from pg_namespace where oid = t.relnamespace;
    if t.relkind not in ('r', 'p') then
        perform schemaguard.refuse(what, 'it is no table of this database', 'keep it, or drop it by hand once nobody needs it');
    elsif t.relpersistence = 't' then
        perform schemaguard.refuse(what, 'it is temporary', 'drop it: nothing of it outlives the session');
    elsif exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = relid and d.deptype = 'e') then
        perform schemaguard.refuse(what, 'it belongs to an extension', 'keep the extension');
    end if;
    execute format('lock table %s in access exclusive mode', what);
    members := array(with recursive below(oid) as (select relid union select i.inhrelid from pg_inherits i join below b on i.inhparent = b.oid)
        select b.oid from below b order by b.oid);
    if (select count(distinct relname) <> count(*) from pg_class where oid = any (members)) then
        perform schemaguard.refuse(what, 'two of its partitions have the same name in different schemas', 'rename one of them first');
    end if;
    id := nextval(pg_get_serial_sequence('schemaguard.retired_object', 'id'));
    grave := 'schemaguard_retired_' || id;
    for o in select i.inhparent, p.relname as parent, n.nspname as parent_schema, t.relispartition as is_partition, pg_get_expr(t.relpartbound, t.oid) as bound
        from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace n on n.oid = p.relnamespace where i.inhrelid = relid
    loop
        execute format('lock table %I.%I in access exclusive mode', o.parent_schema, o.parent);
        acts := acts || jsonb_build_object('act', case when o.is_partition then 'detach' else 'no_inherit' end, 'rel', relid, 'schema', ns, 'table', t.relname,
            'parent', o.parent, 'parent_schema', o.parent_schema, 'parent_rel', o.inhparent, 'bound', o.bound);
        reasons := reasons || format('it is attached to %I again, with a look at its rows', o.parent);
    end loop;
    -- A key that points out would hold deletes back, one that points in would go on judging its own table's rows.
    for o in select k.conname, k.conrelid, pg_get_constraintdef(k.oid) as def, k.convalidated, n.nspname, c.relname, obj_description(k.oid, 'pg_constraint') as comment
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        where k.contype = 'f' and (k.conrelid = any (members) or k.confrelid = any (members))
            and (k.conparentid = 0 or (k.conrelid = relid and t.relispartition))
            and (not (k.conrelid = any (members) and k.confrelid = any (members)))
        order by k.conrelid, k.conname
    loop
        acts := acts || jsonb_build_object('act', 'drop_constraint', 'rel', o.conrelid, 'schema', o.nspname, 'table', o.relname, 'name', o.conname,
            'def', o.def, 'valid', o.convalidated, 'kind', 'f', 'comment', o.comment, 'inherited', o.conrelid = relid and t.relispartition
                and exists (select from pg_constraint k where k.conrelid = relid and k.conname = o.conname and k.conparentid <> 0));
        reasons := reasons || format('foreign key %s is checked again', o.conname);
    end loop;
    for o in select s.oid, s.stxname, n.nspname from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where s.stxrelid = any (members) loop
        acts := acts || jsonb_build_object('act', 'rename_statistics', 'schema', o.nspname, 'name', o.stxname,
            'to', ('__retired_' || id || '_' || o.oid || '_' || o.stxname)::name);
    end loop;
    acts := acts || jsonb_build_object('act', 'make_schema', 'name', grave);
    for o in select c.oid, c.relname, n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = any (members) order by c.oid loop
        acts := acts || jsonb_build_object('act', 'move_table', 'rel', o.oid, 'schema', o.nspname, 'table', o.relname, 'to', grave);
    end loop;
    perform schemaguard.permit_acts(relid, 0::int2, 'retired as ' || id);
    perform schemaguard.carry_out(acts, what, 'retired as ' || id);
    acts := schemaguard.still_owed(relid, 0::int2) || acts;
    insert into schemaguard.retired_object (id, kind, table_schema, table_name, hidden_schema, hidden_table,
        restore_class, purge_after, relid, attnum, anchor, acts, why, revision)
    overriding system value
    values (id, 'table', ns, t.relname, grave, t.relname, schemaguard.class_of(acts), now() + interval '90 days', relid, 0,
        'schemaguard.retired_object'::regclass::oid, acts, reasons, revision);
    perform schemaguard.note_retired(id);
    return id;
end $$;

-- An empty column or table of the same name and type in the retired one's place, for a statement that names it again.
create function schemaguard.decoy(relid oid, attnum int2) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    type text;
begin
    select q.* into r from schemaguard.retired_object q
    where q.relid = relid and q.attnum = attnum and q.restored_at is null and q.purged_at is null order by q.id desc limit 1;
    if not found then
        raise exception using errcode = 'SG010', message = 'nothing of that number is retired';
    end if;
    perform schemaguard.require_owner(relid);
    if attnum = 0 then
        execute format('create table %I.%I (like %s)', r.table_schema, r.table_name, schemaguard.spelled(relid));
        execute format('alter table %I.%I owner to %I', r.table_schema, r.table_name, (select rolname from pg_class c join pg_roles o on o.oid = c.relowner where c.oid = relid));
        return;
    end if;
    select format_type(a.atttypid, a.atttypmod) into strict type from pg_attribute a where a.attrelid = relid and a.attnum = attnum;
    if not schemaguard.takes(type, 'null') then
        type := 'text';
    end if;
    execute format('alter table %s add column %I %s', schemaguard.spelled(relid), r.column_name, type);
end $$;

-- Brings back names, types and values. What remains is owed: tried at once where `pay_now`, else by whoever calls pay().
create function schemaguard.restore(id bigint, pay_now boolean default true, fill text default null) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    act jsonb;
    statement text;
    debt bigint;
    debts bigint[] := '{}';
    rel oid;
begin
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
    if pay_now then
        foreach debt in array debts loop
            perform schemaguard.pay(debt);
        end loop;
    end if;
end $$;

create function schemaguard.owe(retired bigint, act jsonb, anchor oid, why text) returns bigint
    language sql set search_path = pg_catalog, pg_temp as $$
    insert into schemaguard.debt (retired_object, object, act, why)
    values (retired, case act ->> 'act' when 'drop_not_null' then (act ->> 'column') || ' NOT NULL'
            when 'unset_default' then 'no default of ' || (act ->> 'column') else act ->> 'name' end,
        act || jsonb_build_object('anchor', anchor), why)
    returning id
$$;

create function schemaguard.note_restored(id bigint) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if to_regprocedure('schemaguard.promise_restored(oid,smallint)') is not null then
        execute 'select schemaguard.promise_restored(relid, attnum) from schemaguard.retired_object where id = $1' using id;
    end if;
    perform schemaguard.end_acts();
end $$;

-- Where a retired object's values are: by oid, or by name where oids were made anew.
create function schemaguard.hidden_relation(r schemaguard.retired_object) returns oid
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select case when r.anchor = 'schemaguard.retired_object'::regclass::oid then (select oid from pg_class where oid = r.relid)
        else to_regclass(format('%I.%I', r.hidden_schema, r.hidden_table))::oid end
$$;

-- What has the visible name of a retired object by now, in words; null where the name is free.
create function schemaguard.taken_by(r schemaguard.retired_object) returns text
    language sql stable set search_path = pg_catalog, pg_temp as $$
    select case when r.kind = 'column' then (select format('a newer column %I of %s', a.attname, schemaguard.spelled(a.attrelid))
            from pg_attribute a where a.attrelid = schemaguard.hidden_relation(r) and a.attname = r.column_name and not a.attisdropped)
        else (select format('a newer %s', pg_describe_object('pg_class'::regclass, c.oid, 0))
            from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_namespace h on h.nspname = r.hidden_schema
            join pg_class o on o.relnamespace = h.oid and o.relname = c.relname
            where n.nspname = r.table_schema order by c.relname <> r.table_name, c.relname limit 1) end
$$;

create function schemaguard.require_free_name(r schemaguard.retired_object) returns void
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    taken text := schemaguard.taken_by(r);
begin
    if taken is not null then
        raise exception using errcode = 'SG010', message = format('%s can''t come back: %s has its name',
            coalesce(r.table_name || '.' || r.column_name, r.table_name), taken);
    end if;
end $$;

-- Tries one debt; null where it is paid, else the server's reason. A key or CHECK that is back and not validated is
-- validated; rows that don't satisfy it leave it NOT VALID, and the debt open.
create function schemaguard.pay(id bigint) returns text
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
        or exists (select from pg_attribute where attrelid = rel and attname = d.act ->> 'column' and attnotnull and d.act ->> 'act' = 'drop_not_null');
    if not is_there then
        begin
            if d.act ? 'fill' and d.act ->> 'act' = 'drop_not_null' then
                execute format('update %s set %I = (%s) where %I is null', schemaguard.spelled(rel), d.act ->> 'column', d.act ->> 'fill', d.act ->> 'column');
                set constraints all immediate;
            end if;
            foreach statement in array schemaguard.rendered(d.act, false, (d.act ->> 'anchor')::oid) loop
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

-- How many rows have no value in a retired column; what a required column needs before it comes back.
create function schemaguard.without_value(id bigint) returns bigint
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    n bigint;
begin
    select q.* into strict r from schemaguard.retired_object q where q.id = id;
    execute format('select count(*) from %s where %I is null', schemaguard.spelled(schemaguard.hidden_relation(r)), r.hidden_column) into n;
    return n;
end $$;

-- Drops what is retired for good; whether it may be is for the caller to know. Views of contracts that are over go along.
create function schemaguard.purge(id bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
declare
    r schemaguard.retired_object;
    rel oid;
    member record;
    act jsonb;
begin
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

-- The statements of a way back, for whoever wants to know what the database will look like: (at once, owed).
create function schemaguard.way_back(r schemaguard.retired_object, out at_once text[], out owed text[])
    language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    act jsonb;
    statement text;
    hidden text;
begin
    at_once := '{}';
    owed := '{}';
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

revoke execute on all functions in schema schemaguard from public;
