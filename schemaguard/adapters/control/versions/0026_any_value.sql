-- A migration that updates a promised table may find columns in it that nothing compares (json, point, xml): whether a row is
-- another one is asked byte by byte. See https://www.postgresql.org/docs/18/functions-comparisons.html (record image).
create or replace function schemaguard.watch_values(relation oid) returns void
    language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    part record;
begin
    for part in
        with recursive related (oid) as (
            select relation union select i.inhrelid from pg_inherits i join related r on r.oid = i.inhparent
        )
        select format('%I.%I', n.nspname, c.relname) as name, c.relkind, c.relispartition from related r
        join pg_class c on c.oid = r.oid join pg_namespace n on n.oid = c.relnamespace
        where not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'zz_schemaguard_values')
            and exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'zz_schemaguard_rows')
        order by r.oid
    loop
        -- A partitioned table's row triggers are cloned to its partitions.
        continue when part.relispartition and part.relkind = 'r' and exists (
            select from pg_trigger t where t.tgrelid = to_regclass(part.name) and t.tgname = 'zz_schemaguard_values');
        execute format('create trigger zz_schemaguard_values after update on %s for each row '
            'when (record_image_ne(old.*, new.*) and schemaguard.is_migrating()) execute function schemaguard.fence_values()', part.name);
        execute format('alter table %s enable always trigger zz_schemaguard_values', part.name);
    end loop;
end $$;
