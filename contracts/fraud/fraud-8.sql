select t.id,
       t.amount::double precision as amount,
       coalesce(t.entry_mode, 'unknown') as entry_mode,
       extract(hour from t.occurred_at)::double precision as hour,
       m.risk::text as risk
from transactions t
join merchants m on m.id = t.merchant_id
