-- What the queries below read, by their trace and by the server: test_lineage.py compares.
create type risk as enum('low','high');
create table t (id bigint primary key, mid bigint not null, amount numeric(12,2) check (amount>=0), channel text, "Weird Name" int, at timestamptz, tags text[], doc jsonb);
create table m (id bigint primary key, name text, risk risk not null, amount int);
create view v as select t.id, t.amount, m.name from t join m on m.id=t.mid where t.channel='web';
create view vs as select * from v;
create schema app; create table app.p (tid bigint, score float8);
create function f(numeric) returns int language sql as 'select 1';
create function my_fn(bigint) returns int language sql as 'select 1';
-- queries
select id from t, m
select t.* from t
select * from t join m using (id)
select amount from t join m using (id)
select id from t natural join m
select id, mid from t natural join app.p
select distinct on (channel) amount from t order by channel, at desc
select row_number() over (partition by mid order by at) from t
select sum(amount) over w from t window w as (partition by channel)
select l.x from t, lateral (select m.name as x from m where m.id=t.mid) l
select l.x from t left join lateral (select m.name as x from m where m.id=t.mid limit 1) l on true
select u from t, unnest(tags) u
select u.v from t cross join unnest(t.tags) as u(v)
select doc->>'a' from t where doc @> '{}'
select "Weird Name" from t
select "nope" from t
select id from vs
select count(*) from v
select count(*) from t
with recent as (select id, amount from t where at > now() - interval '1 day') select r.amount, m.name from recent r join m on m.id = r.id
select x.id from (select id from t) x
select t.id from t intersect select tid from app.p
select (select max(score) from app.p where tid=t.id) from t
with d as (delete from t returning id) select id from d
insert into t select * from t
select id into x from t
select * from t for update
table t
values (1)
select t from t
select count(t) from t
select t.nope from t
select x.id from t
select avg(amount) filter (where channel='x') from t group by rollup(mid) having max(at) > now() order by min(id)
select m.risk::text from m where m.risk > 'low'
select f(amount) from t
select * from only t
select s from generate_series(1,3) s, t
select id from t tablesample system (10)
select e.k from t, jsonb_each(doc) as e(k,val)
select jsonb_array_elements(doc) from t
select case when amount is null then mid end from t
select extract(hour from at) from t
select percentile_cont(0.5) within group (order by amount) from t
select string_agg(channel, ',' order by at) from t
select max(t.amount) from t join m on t.mid=m.id group by m.name
select a.id from t a join t b on a.id=b.mid and a.amount < b.amount
select amount from t where exists (select from m where id = t.mid)
select id from t where (mid, channel) in (select id, name from m)
select coalesce(m.amount, t.amount) amount from t left join m on m.id=t.mid order by amount
select 1 as channel from t order by channel
select 1 as x from t where x = 1
select id from t
/* c */ select id from t -- x
explain select id from t
select array(select id from m) from t
select t.id, sum(p.score) from t join app.p p on p.tid = t.id group by t.id
with recursive r as (select id, mid from t union all select t.id, t.mid from t join r on r.id=t.mid) select * from r
select * from (values (1,2)) v(a,b) join t on t.id=v.a
select xmin from t
select pg_typeof(amount) from t
select * from pg_class
select current_schema()
select t.id from public.t
select public.t.id from public.t
select T.ID from T
select at at time zone 'utc' from t
select tags[1] from t
select (doc).x from t
select l.* from t, lateral (select id, name from m) l
select * from t a, lateral (select a.amount*2 as dbl) b
select id from t where amount > (select avg(amount) from t)
select * from t left join v using (id)
select m.* , t.amount from m, t
select count(distinct channel) from t
select amount from t order by id
select channel from t group by channel having count(*) > 1
select channel c from t group by c
select grouping(channel) from t group by cube(channel, mid)
select from t
select id from t where channel in ('a','b') fetch first 3 rows only
select id from t x(a,b)
select a from t x(a,b)
select x.amount from m x join t on true where amount > 1
select t.id from t join m on m.id = t.mid and m.name = 'x' where t.channel is not null group by t.id, m.risk having max(t.amount) > 1 order by count(t.tags)
select * from t full join m using (id)
select coalesce(a.id, b.id) from t a full join m b using (id)
select x.* from (select * from t) x
select x.id from (select * from t) x
with a as (select * from t), b as (select id from a) select * from b
with a(x, y) as (select id, mid from t) select x from a
select id from t except select id from m order by 1
select (select name from m where m.id = t.mid) as n from t
select t.id, lag(amount) over (partition by channel order by at rows between 3 preceding and current row) from t
select avg(amount) over w from t window w as (partition by mid order by at range between '1 day' preceding and current row)
select id from t where (id, mid) = any (select id, id from m)
select count(*) filter (where m.risk = 'low') from t join m on m.id = t.mid
select a.id from t a where not exists (select 1 from t b where b.mid = a.mid and b.at > a.at)
select distinct channel, mid from t order by mid
select case channel when 'a' then amount else 0 end from t
select id from t where amount between 1 and (select max(score) from app.p)
select unnest(tags) from t
select u.tag, u.n from t, unnest(tags) with ordinality as u(tag, n)
select k, v from t, jsonb_each_text(doc) as e(k, v)
select e.* from t, jsonb_each_text(doc) as e
select * from t, jsonb_each_text(doc)
select r.a from t, jsonb_to_record(doc) as r(a int, b text)
select * from (values (1, 'a'), (2, 'b')) as v(id, x) join t using (id)
select x.id from (t join m using (id)) x
select id from (t join m using (id))
select j.id from (t join m using (id)) as j
select t.id from t join (m join app.p on p.tid = m.id) on m.id = t.mid
select t.id from t, lateral (select score from app.p where p.tid = t.id order by score desc limit 1) s where s.score > 0.5
select s.* from t cross join lateral (select p.score, t.amount from app.p where p.tid = t.id) s
select max(id) from t group by grouping sets ((channel), (mid), ())
select date_trunc('day', at) as day, sum(amount) from t group by day order by day
select date_trunc('day', at) as day, sum(amount) from t group by 1 order by 2
select channel as id, id as channel from t order by id
select amount as channel from t group by channel, amount
select t from t where t is not null
select to_jsonb(t) from t
select row_to_json(x) from (select id, amount from t) x
select array_agg(t order by t.id) from t
select t.*, m.name from t left join m on m.id = t.mid
select v.name from v join vs using (id)
select id from v where amount > 1
select * from vs
select exists (select 1 from m)
select id from t where exists (table m)
select extract(epoch from max(at) - min(at)) from t
select substring(channel from 1 for 3), position('a' in channel), trim(both ' ' from channel), overlay(channel placing 'x' from 1) from t
select channel collate "C" from t order by channel collate "C"
select amount::int, cast(mid as text), at::date from t
select greatest(amount, mid), least(id, 1), nullif(channel, '') from t
select doc #>> '{a,b}', doc ? 'x', doc -> 'a' -> 'b' from t
select tags || array[channel], tags @> array['x'] from t
select interval '1 day' * mid from t
select "Weird Name" as weird from t order by weird
select id from T where CHANNEL = 'X'
select "T".id from t as "T"
select t.id from t natural left join m
select id, name from t natural right join m
select a.* from m a join m b using (id, name)
select p.tid, m.name from app.p p left join t on t.id = p.tid left join m on m.id = t.mid
select sum(score) from app.p, t, m
with recursive r(id, depth) as (select id, 0 from t where mid is null union all select t.id, depth + 1 from t join r on r.id = t.mid where depth < 3) select max(depth) from r
with x as materialized (select id from t), y as (select x.id from x join m on m.id = x.id) select count(*) from y
with unused as (select name from m) select id from t
select id from t where mid in (with z as (select id from m) select id from z)
select ordinality, q from rows from (generate_series(1,3), generate_series(1,2)) with ordinality as z(q, r, ordinality)
select m.name from t right join m on false
select id from t order by amount desc nulls last limit 10 offset 2
select string_agg(distinct channel, ',') from t
select percentile_disc(0.5) within group (order by amount) filter (where mid > 1) from t
select id from t union all select id from m union select tid from app.p
(select id from t order by amount limit 1) union all (select id from m order by name limit 1)
select mid, count(*) from t group by mid having count(*) > (select count(*) from m)
select nope from t join m on true
select t.amount from m
select amount from t, m
select id from t join m on id = mid
select x.id from (select t.id, m.id from t, m) x
select 1 as a from t order by a, id
select id as a from t where a > 1
select a.b from t a
select t.id from t t join t u on t.id = u.id where amount = 1
select m.* from t
select id from v, m
select current_date, now(), localtimestamp from t
select t.ctid, t.tableoid::regclass from t
select xmin from t, m
select amount from t join m using (nope)
select sum(amount) s from t having sum(amount) > 1
select id from t group by id order by t.id
select s.n from (select count(*) as n from t) s
select grouping(mid), mid from t group by rollup (mid)
select l.id from lateral (select id from t) l
select a.x from (select id as x, amount from t) as a (y)
select a.y from (select id as x, amount from t) as a (y)
select b.amount from t as b (a, b, amount)
select json_agg(json_build_object('id', id)) from t
select (m).name from m
select (t).amount from t
select (x.t).amount from (select t from t) x
select risk = 'low' from m
select m.risk::text || '!' as r from m group by r
select name, rank() over (order by name) from m qualify
select m.name from (t left join m on m.id = t.mid)
select id, p.score from ((t join m using (id)) join app.p p on p.tid = m.mid)
select id, p.score from ((t join m using (id)) join app.p p on p.tid = t.mid)
select id from ((t natural join m) left join app.p p on p.tid = t.mid)
