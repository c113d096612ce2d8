"""For whom what was taken off stays off: the model that it was taken off for, and others that went back since."""

from typing import LiteralString

_IS_OF: LiteralString = """\
-- The shape is of the debt's table, or of the one that its foreign key points to.
(not d.act ? 'rel' or (s.relation_schema, s.relation_name) = (d.act ->> 'schema', d.act ->> 'table')
    or (s.anchor = (d.act ->> 'anchor')::oid and s.relid = (d.act ->> 'rel')::oid)
    or (d.act ->> 'kind' = 'f' and (
        strpos(d.act ->> 'def', ' REFERENCES ' || quote_ident(s.relation_name) || '(') > 0
        or strpos(d.act ->> 'def', format('%%I.%%I(', s.relation_schema, s.relation_name)) > 0)))"""
_LACKS: LiteralString = """\
-- Whoever writes for this shape has never known what the debt gives back.
case d.act ->> 'act'
    when 'drop_constraint' then not exists (
        select from jsonb_array_elements(s.shape -> 'constraints') known
        where known ->> 'def' in (d.act ->> 'def', (d.act ->> 'def') || ' NOT VALID'))
    when 'drop_index' then not exists (
        select from jsonb_array_elements(s.shape -> 'indexes') known where known ->> 'def' = d.act ->> 'def')
    when 'disable_trigger' then not exists (
        select from jsonb_array_elements(s.shape -> 'triggers') known where known ->> 'def' = d.act ->> 'def')
    when 'drop_not_null' then not coalesce((c.was ->> 'not_null')::boolean, false)
    when 'change_default' then c.was is not null and c.was ->> 'default' is distinct from d.act ->> 'new'
    when 'loosen_identity' then c.was ->> 'identity' <> 'a'
    when 'add_identity' then c.was ->> 'identity' <> ''
    when 'domain_drop_not_null' then not (y.was ->> 'not_null')::boolean
    when 'domain_drop_constraint' then y.was is not null and not exists (
        select from jsonb_array_elements(y.was -> 'constraints') known where known ->> 'def' = d.act ->> 'def')
    else false end"""
_IS_OVER: LiteralString = """\
-- The model was promoted over that version, and nobody else's server is left. A promotion is of one model.
coalesce((
    select q.kind = 'promote' and q.to_version <> v.version and (q.state = 'done' or (
        exists (select from schemaguard.server_lease l where l.model = v.model) and not exists (
            select from schemaguard.server_lease l join schemaguard.pointer p on p.model = l.model
            where l.model = v.model and l.epoch < p.epoch and l.lease_until > now())))
    from schemaguard.operation q join schemaguard.outbox b on b.operation = q.id
    where b.model = v.model and q.kind in ('promote', 'rollback')
        -- It isn't in the way of what serves alone: a canary may be the version that it was taken off for.
        and not exists (select from schemaguard.pointer p where p.model = v.model and p.canary = v.version)
    order by q.id desc limit 1), false)"""

STANDING_OFF: LiteralString = f"""\
select v.model, v.version from (
    select d.for_model as model, d.for_version as version
    union all
    select went.model, went.version from (
        select distinct on (b.model) b.model,
            case when q.model = b.model then q.to_version else b.payload ->> 'version' end as version
        from schemaguard.operation q join schemaguard.outbox b on b.operation = q.id
        where q.kind = 'rollback' and q.id >= d.operation and b.model <> d.for_model and b.payload ? 'version'
        order by b.model, q.id desc) went
    where exists (
        select from schemaguard.written_shape s
        left join lateral (
            select s.shape -> 'columns' -> a.attnum::text as was from pg_attribute a
            where a.attrelid = s.relid and a.attname = d.act ->> 'column' and not a.attisdropped) c on true
        left join lateral (
            select known.value as was from jsonb_each(s.shape -> 'domains') known
            join pg_type t on t.oid = known.key::oid join pg_namespace n on n.oid = t.typnamespace
            where (n.nspname, t.typname) = (d.act ->> 'domain_schema', d.act ->> 'domain')) y on true
        where (s.model, s.model_version) = (went.model, went.version) and {_IS_OF} and {_LACKS})) v
where not {_IS_OVER}"""  # noqa: S608 - of these constants alone
"""Of a debt `d` with a version: (model, version) a row for whose writers it is still off; none: it is due."""
