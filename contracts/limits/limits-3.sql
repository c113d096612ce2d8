select t.customer_id,
       avg(t.amount)::double precision as usual_amount,
       max(p.score) as highest_score,
       count(*) filter (where p.reason = 'amount')::double precision as odd_amounts
from transactions t
join predictions p on p.transaction_id = t.id
group by t.customer_id
