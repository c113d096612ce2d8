-- The queries of introspect.py, a named block each. Every one takes `schemas`: the wanted schemas, null for all of the users'.

-- name: shared wanted
(n.nspname = any (%(schemas)s) or (%(schemas)s::text[] is null and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'schemaguard')))

-- name: shared member
exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')

-- name: schemas    the schemas themselves
select n.nspname as name from pg_namespace n where {wanted}
  and not exists (select from pg_depend e where e.classid = 'pg_namespace'::regclass and e.objid = n.oid and e.deptype = 'e')

-- name: extensions    what is installed besides plpgsql, which every database has
select extname as name from pg_extension where extname <> 'plpgsql' and (%(schemas)s::text[] is null or true)

-- name: relations    tables, views, composite types
select c.oid::bigint as oid, n.nspname as schema, c.relname as name, c.relkind::text as kind,
       c.relpersistence::text as persistence, c.relrowsecurity as row_security, c.relforcerowsecurity as force_row_security,
       c.relreplident::text as replica, c.relispartition as is_partition, pg_get_userbyid(c.relowner) as owner,
       obj_description(c.oid, 'pg_class') as comment, am.amname as access_method,
       case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_by,
       (select array_agg(a.attname::text order by k.place)
        from pg_partitioned_table p, unnest(p.partattrs::int2[]) with ordinality as k(number, place)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
        where p.partrelid = c.oid) as partition_key,
       pg_get_expr(c.relpartbound, c.oid) as partition_bound,
       case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as query,
       exists (select from unnest(c.reloptions) o where o ~ '^security_invoker=(t|tr|tru|true|on|y|ye|yes|1)$') as security_invoker,
       c.relispopulated as is_populated,
       (select i.relname from pg_index x join pg_class i on i.oid = x.indexrelid
        where x.indrelid = c.oid and x.indisreplident) as replica_index
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_am am on am.oid = c.relam
where c.relkind in ('r', 'p', 'f', 'v', 'm', 'c') and {wanted} and not {member}
order by n.nspname, c.relname

-- name: columns    of all of those
select c.oid::bigint as relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null,
       pg_get_expr(d.adbin, d.adrelid) as expression, a.attidentity::text as identity, a.attgenerated::text as generated,
       case when a.attcollation <> t.typcollation then l.collname end as collation,
       col_description(c.oid, a.attnum) as comment, a.attislocal as is_local
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_collation l on l.oid = a.attcollation
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind in ('r', 'p', 'f', 'v', 'm', 'c') and {wanted}
order by c.oid, a.attnum

-- name: parents    of partitions and inheritance children
select h.inhrelid::bigint as relation, pn.nspname as schema, p.relname as name
from pg_inherits h
join pg_class c on c.oid = h.inhrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_class p on p.oid = h.inhparent
join pg_namespace pn on pn.oid = p.relnamespace
where c.relkind in ('r', 'p', 'f') and not h.inhdetachpending and {wanted}
order by h.inhrelid, h.inhseqno

-- name: constraints    of tables; 18's NOT NULL ones are the columns' own
select k.conrelid::bigint as relation, k.conname as name, k.contype::text as kind, k.convalidated as valid,
       k.condeferrable as deferrable, k.condeferred as deferred, k.connoinherit as no_inherit,
       (select array_agg(a.attname::text order by u.place) from unnest(k.conkey) with ordinality as u(number, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number) as columns,
       rn.nspname as ref_schema, r.relname as ref_table,
       (select array_agg(a.attname::text order by u.place) from unnest(k.confkey) with ordinality as u(number, place)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number) as ref_columns,
       k.confdeltype::text as on_delete, k.confupdtype::text as on_update, k.confmatchtype::text as match,
       pg_get_expr(k.conbin, k.conrelid) as definition, x.indnullsnotdistinct as nulls_not_distinct, am.amname as method,
       pg_get_expr(x.indpred, x.indrelid) as predicate,
       (select array_agg(a.attname::text order by u.place)
        from unnest(x.indkey::int2[]) with ordinality as u(number, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number
        where u.place > x.indnkeyatts) as include,
       (select array_agg(pg_get_indexdef(x.indexrelid, g::int, true) order by g) from generate_series(1, x.indnkeyatts) g) as elements,
       (select array_agg(o.oprname::text order by u.place) from unnest(k.conexclop) with ordinality as u(id, place)
        join pg_operator o on o.oid = u.id) as operators
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_class r on r.oid = k.confrelid
left join pg_namespace rn on rn.oid = r.relnamespace
left join pg_index x on x.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_class i on i.oid = x.indexrelid
left join pg_am am on am.oid = i.relam
where k.contype in ('p', 'u', 'f', 'c', 'x') and {wanted}
  -- The copies that a foreign key to a partitioned table has, one a partition.
  and not exists (select from pg_constraint o where o.oid = k.conparentid and o.conrelid = k.conrelid)
order by k.conrelid, k.conname

-- name: indexes    of tables and materialized views
select c.oid::bigint as relation, n.nspname as schema, i.relname as name, cn.nspname as table_schema, c.relname as table_name,
       x.indisunique as is_unique, x.indisvalid as is_valid, x.indnullsnotdistinct as nulls_not_distinct,
       am.amname as method, pg_get_expr(x.indpred, x.indrelid) as predicate, k.conname as constraint_name,
       array(select a.attname::text from unnest(x.indkey::int2[]) with ordinality as u(number, place)
             left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = u.number and u.number > 0
             where u.place <= x.indnkeyatts order by u.place) as key_columns,
       array(select pg_get_indexdef(x.indexrelid, g, true) from generate_series(1, x.indnkeyatts::int) g order by g) as key_texts,
       array(select x.indoption[g - 1]::int from generate_series(1, x.indnkeyatts::int) g order by g) as options,
       array(select case when o.opcdefault then null else o.opcname::text end
             from generate_series(1, x.indnkeyatts::int) g join pg_opclass o on o.oid = x.indclass[g - 1] order by g) as opclasses,
       array(select case when l.oid = coalesce(a.attcollation, l.oid) then null else l.collname::text end
             from generate_series(1, x.indnkeyatts::int) g
             left join pg_collation l on l.oid = x.indcollation[g - 1]
             left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[g - 1] and a.attnum > 0
             order by g) as collations,
       array(select a.attname::text from unnest(x.indkey::int2[]) with ordinality as u(number, place)
             join pg_attribute a on a.attrelid = x.indrelid and a.attnum = u.number
             where u.place > x.indnkeyatts order by u.place) as include
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class c on c.oid = x.indrelid
join pg_namespace n on n.oid = i.relnamespace
join pg_namespace cn on cn.oid = c.relnamespace
join pg_am am on am.oid = i.relam
left join pg_constraint k on k.conindid = i.oid and k.contype in ('p', 'u', 'x')
where {wanted} and c.relkind in ('r', 'p', 'm') and not {member}
order by n.nspname, i.relname

-- name: sequences    with the column that owns each
select n.nspname as schema, c.relname as name, format_type(s.seqtypid, null) as type,
       tn.nspname as table_schema, t.relname as table_name, a.attname as column_name
from pg_sequence s
join pg_class c on c.oid = s.seqrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass
  and d.deptype in ('a', 'i') and d.refobjsubid > 0
left join pg_class t on t.oid = d.refobjid
left join pg_namespace tn on tn.oid = t.relnamespace
left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where {wanted} and not {member}
order by n.nspname, c.relname

-- name: enums    with their labels in order
select n.nspname as schema, t.typname as name, array_agg(e.enumlabel::text order by e.enumsortorder) filter (where e.enumlabel is not null) as labels
from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_enum e on e.enumtypid = t.oid
where t.typtype = 'e' and {wanted}
  and not exists (select from pg_depend x where x.classid = 'pg_type'::regclass and x.objid = t.oid and x.deptype = 'e')
group by n.nspname, t.typname order by 1, 2

-- name: domains    and what they stand on
select n.nspname as schema, t.typname as name, format_type(t.typbasetype, t.typtypmod) as base, t.typnotnull as not_null,
       t.typdefault as default_text, case when t.typcollation <> b.typcollation then l.collname end as collation
from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_type b on b.oid = t.typbasetype
left join pg_collation l on l.oid = t.typcollation
where t.typtype = 'd' and {wanted}
  and not exists (select from pg_depend x where x.classid = 'pg_type'::regclass and x.objid = t.oid and x.deptype = 'e')
order by 1, 2

-- name: domain_checks    their constraints
select n.nspname as schema, t.typname as domain, k.conname as name, k.convalidated as valid, pg_get_expr(k.conbin, 0) as definition
from pg_constraint k join pg_type t on t.oid = k.contypid join pg_namespace n on n.oid = t.typnamespace
where k.contype = 'c' and {wanted} order by 1, 2, 3

-- name: other_types    ranges and base types
select n.nspname as schema, t.typname as name, t.typtype::text as kind
from pg_type t join pg_namespace n on n.oid = t.typnamespace
where (t.typtype = 'r' or (t.typtype = 'b' and t.typelem = 0)) and {wanted}
  and not exists (select from pg_depend x where x.classid = 'pg_type'::regclass and x.objid = t.oid and x.deptype = 'e')
order by 1, 2

-- name: reads    which columns each view shows or uses
select distinct w.ev_class::bigint as relation, rn.nspname as schema, r.relname as name, a.attname as column_name
from pg_rewrite w
join pg_class c on c.oid = w.ev_class and c.relkind in ('v', 'm')
join pg_namespace n on n.oid = c.relnamespace
join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid
join pg_class r on r.oid = d.refobjid and r.relkind in ('r', 'p', 'f', 'v', 'm')
join pg_namespace rn on rn.oid = r.relnamespace
left join pg_attribute a on a.attrelid = r.oid and a.attnum = d.refobjsubid and d.refobjsubid > 0
where {wanted}

-- name: triggers    those that users made: neither the copies in partitions, nor our own
select g.tgrelid::bigint as relation, g.tgname as name, pn.nspname as function_schema, p.proname as function,
       pg_get_triggerdef(g.oid) as definition,
       g.tgtype::int as bits, g.tgenabled <> 'D' as enabled, g.tgconstraint <> 0 as is_constraint,
       array(select a.attname::text from unnest(g.tgattr::int2[]) with ordinality as u(number, place)
             join pg_attribute a on a.attrelid = g.tgrelid and a.attnum = u.number order by u.place) as columns
from pg_trigger g
join pg_class c on c.oid = g.tgrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_proc p on p.oid = g.tgfoid
join pg_namespace pn on pn.oid = p.pronamespace
where not g.tgisinternal and g.tgparentid = 0 and pn.nspname <> 'schemaguard' and {wanted}
order by g.tgrelid, g.tgname

-- name: policies    of row security
select p.polrelid::bigint as relation, p.polname as name, p.polcmd::text as command, p.polpermissive as permissive,
       array(select case when r = 0 then 'public' else pg_get_userbyid(r)::text end from unnest(p.polroles) r order by 1) as roles,
       pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check_text
from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
where {wanted} order by p.polrelid, p.polname

-- name: grants    on relations and columns, without what the owner has anyway
select c.oid::bigint as relation, null::text as column_name, case when g.grantee = 0 then 'public' else pg_get_userbyid(g.grantee)::text end as grantee,
       g.privilege_type as privilege, g.is_grantable as grantable
from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) g
where c.relkind in ('r', 'p', 'f', 'v', 'm') and g.grantee <> c.relowner and g.privilege_type <> 'MAINTAIN' and {wanted}
union all
select c.oid::bigint, a.attname::text, case when g.grantee = 0 then 'public' else pg_get_userbyid(g.grantee)::text end,
       g.privilege_type, g.is_grantable
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace, aclexplode(a.attacl) g
where c.relkind in ('r', 'p', 'f', 'v', 'm') and g.grantee <> c.relowner and not a.attisdropped and {wanted}
order by 1, 3, 4, 2

-- name: functions    procedures and aggregates too, by signature
select n.nspname as schema, p.proname as name, p.prokind::text as kind, l.lanname as language, p.prosrc as body,
       array(select format_type(t, null) from unnest(p.proargtypes::oid[]) with ordinality as u(t, place) order by place) as arguments,
       pg_get_function_result(p.oid) as returns, case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end as definition,
       p.proacl is not null or pg_get_userbyid(p.proowner) <> current_user as has_own_access,
       p.proisstrict as is_strict, p.prosecdef as is_definer
from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
where {wanted} and not exists (select from pg_depend x where x.classid = 'pg_proc'::regclass and x.objid = p.oid and x.deptype in ('e', 'i'))
order by 1, 2, p.oid
