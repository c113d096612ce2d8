-- What came after the ledger's own version is covered as the rest is.
do $$
declare
    each record;
begin
    for each in select * from (values
        ('playbook', '{id}'), ('decision', '{id}'), ('rehearsal', '{id}'), ('sql_migration', '{folder,migration}'),
        ('written_shape', '{model,model_version,relid}')) as t (relation, key)
    loop
        execute format('create trigger record_row after insert or update or delete on schemaguard.%I for each row '
            'execute function schemaguard.record_row(%s)', each.relation,
            (select string_agg(quote_literal(k), ', ') from unnest(each.key::text[]) k));
        execute format('alter table schemaguard.%I enable always trigger record_row', each.relation);
        execute format('create trigger not_truncated before truncate on schemaguard.%I for each statement '
            'execute function schemaguard.refuse_truncate()', each.relation);
    end loop;
end $$;
