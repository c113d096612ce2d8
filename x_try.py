import sys
from schemaguard.sql.tokens import tokenize
from schemaguard.sql.syntax.lexicon import symbols
from schemaguard.sql.syntax import statements
from schemaguard.sql.syntax.reading import Misplaced
for q in sys.stdin:
    q=q.strip()
    if not q: continue
    t,_=tokenize(q); s=symbols(t)
    try:
        at=statements.about_rows(s,0)
        print('OK' if s[at]=='' else 'LEFT at '+s[at], q)
    except Misplaced as m: print('ERR',m.at,s[m.at],m,q)
