CREATE TYPE mood AS ENUM ('ok', 'bad');
CREATE TYPE pair AS (left_side integer, right_side integer);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN "Odd Type" AS text;
CREATE SEQUENCE s;
CREATE TABLE t (
    id integer, name text, at timestamp with time zone, b boolean, r double precision, tags text[], matrix integer[],
    doc jsonb, pair pair, pairs pair[], "Mixed Case" integer, "end" integer, "select" integer
);
CREATE TABLE one_column (only_one integer);
CREATE FUNCTION shout(x text) RETURNS text LANGUAGE sql AS 'SELECT upper(x)';
CREATE FUNCTION "Shout Loud"(x text) RETURNS text LANGUAGE sql AS 'SELECT upper(x)';
CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n';
CREATE FUNCTION f(VARIADIC n integer[]) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TABLE ty (
    v varchar(10), c char(3), n numeric(10,2), n2 numeric(10,3), i2 smallint, i8 bigint, f4 real, f8 double precision,
    d date, ts timestamp, tz timestamptz, tz3 timestamptz(3), iv interval, tx text, va varchar(10)[], i4 int,
    bo boolean, j jsonb, mo mood
);
