-- What the second layer of compatibility is judged by when a release is promoted or rolled back to, without asking the
-- registry: the feature query beside the contract, and the inputs of the version's signature as they were published.
alter table schemaguard.contract add column query text;
alter table schemaguard.release add column signature jsonb;
