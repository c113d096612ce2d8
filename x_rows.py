import sys,glob,collections,time
import postgast
from schemaguard.sql.statements import split
from schemaguard.sql.tokens import tokenize,BROKEN,META,DATA
from schemaguard.sql.syntax.lexicon import symbols,is_template
from schemaguard.sql.syntax import statements
from schemaguard.sql.syntax.reading import Misplaced
D='/tmp/wt_grammar/postgast-0.2.0/vendor/libpg_query/test/sql/postgres_regress/*.sql'
seen=set(); n=bad=inv=invread=0; T=0
ROWS={'select','insert','update','delete','merge','with','values','table','('}
for f in sorted(glob.glob(D)):
    for st in split(open(f,errors='replace').read(),f):
        q=st.sql.rstrip(';')
        if q in seen: continue
        seen.add(q)
        t,_=tokenize(q)
        if not t or t[0].key not in ROWS or t[-1].kind==BROKEN: continue
        try: postgast.parse(q); ok=True
        except postgast.PgQueryError as e: ok=False; msg=str(e)
        b=time.perf_counter()
        s=symbols(t)
        try:
            at=statements.about_rows(s,0); mine=s[at]==''; why='left at '+s[at]
        except Misplaced as m: mine=False; why=f'{m.at} {s[m.at]} {m}'
        T+=time.perf_counter()-b
        if ok:
            n+=1
            if not mine and not is_template(t): bad+=1; print('VALID REFUSED',why,'|',q[:300].replace('\n',' '))
        else:
            inv+=1
            if mine: invread+=1; print('INVALID READ',msg,'|',q[:200].replace('\n',' '))
print(n,bad,inv,invread,T/n*1e6,'us')
