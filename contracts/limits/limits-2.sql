select t.customer_id,
       avg(t.amount)::double precision as usual_amount,
       max(p.score) as highest_score
from transactions t
join predictions p on p.transaction_id = t.id
group by t.customer_id
