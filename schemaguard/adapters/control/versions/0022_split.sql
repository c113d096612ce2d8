-- A canary that doesn't get the share which it was given is a decision of its own: nothing can be said of its version.
alter table schemaguard.decision drop constraint decision_kind_check;
alter table schemaguard.decision
    add constraint decision_kind_check check (kind in ('tripped', 'no-data', 'split'));
