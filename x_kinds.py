import sys
sys.argv=['x']
from pathlib import Path
from random import Random
from collections import Counter
from benchmarks.grammar import of_files,_damaged,measure
d=Random(7)
w=list(of_files([Path('/tmp/wt_grammar/postgast-0.2.0/vendor/libpg_query/test/sql/postgres_regress')]))
t=measure(_damaged(w,20000,d))
print(t.row)
c=Counter(' '.join(x.lower().split()[:2]) for x in t.read)
c1=Counter(x.lower().split()[0] for x in t.read)
print(c.most_common(70)); print(c1.most_common(40))
open('/tmp/wt_grammar/read.txt','w').write('\n'.join(' '.join(x.split())[:250] for x in sorted(t.read,key=str.lower)))
open('/tmp/wt_grammar/refused.txt','w').write('\n'.join(' '.join(x.split())[:250] for x in t.refused))
