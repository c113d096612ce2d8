-- What came since is kept from a migration as the rest: no statement of a revision writes golden rows, drills or approvals.
do $$
declare
    each name;
begin
    foreach each in array array['golden', 'drill', 'approval'] loop
        execute format('create trigger refuse_migration before insert or update or delete on schemaguard.%I '
            'for each statement execute function schemaguard.refuse_migration()', each);
        execute format('alter table schemaguard.%I enable always trigger refuse_migration', each);
    end loop;
end $$;
