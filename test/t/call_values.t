# Values on their way in and out: every type there is a schema for, exactly; defaults, nulls, nested lists; errors
# with their place; and what happens to the errors of a tool.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use Time::HiRes qw(time);
use CallTest;

my $door = CallTest->new('call_values');
my $owner = $door->owner;
$owner->do($_) for split /;;\n/, <<'SQL';
create domain voygen_api.percent as numeric(6,3) check (value <= 100);;
create type voygen_api.mood as enum ('good', 'bad');;
create type voygen_api.inner_row as (amount numeric(14,3), label text);;
create type voygen_api.values_row as (
  flag boolean, small smallint, whole integer, big bigint, exact numeric(14,3), free numeric, share voygen_api.percent,
  words text, code char(3), short varchar(5), day date, instant timestamptz, hour time, span interval, id uuid,
  mood voygen_api.mood, anything jsonb, list text[], numbers integer[], item voygen_api.inner_row, items voygen_api.inner_row[], ref bigint);;
comment on column voygen_api.values_row.ref is 'A reference. @format id';;
comment on column voygen_api.values_row.words is 'Some words. @max 1000';;
comment on column voygen_api.inner_row.label is 'What it is. @required';;
create type voygen_api.values_rows as (rows voygen_api.values_row[], count integer);;
create function voygen_api.echo(value voygen_api.values_row) returns voygen_api.values_row language sql stable
  return value;;
comment on function voygen_api.echo(voygen_api.values_row) is 'Echo a value
@param value The value.';;
create function voygen_api.echo_all("values" voygen_api.values_row[]) returns voygen_api.values_rows language sql stable
  return row("values", cardinality("values"))::voygen_api.values_rows;;
comment on function voygen_api.echo_all(voygen_api.values_row[]) is 'Echo values
@param values The values.';;
create function voygen_api.defaults(a integer, b text default 'it''s', c date default null, d numeric default 1.50, e text[] default '{x,y}', f bigint default (random() * 0 + 5)::bigint,
  out result text, out more integer) language plpgsql stable as $$ begin result := concat_ws('|', a, b, c, d, e, f); end $$;;
comment on function voygen_api.defaults(integer, text, date, numeric, text[], bigint) is 'Show defaults
@param a A. @min 1 @max 3
@param b B.
@param c C.
@param d D.
@param e E.
@param f F.';;
create type voygen_api.said as (text text);;
create function voygen_api.fail_with(how text) returns voygen_api.said language plpgsql volatile as $$
begin
  if how = 'raise' then perform voygen.raise('not_found', 'no such trip', path => '/how', expected => 'a trip', got => 'nothing', hint => 'Look again.');
  elsif how = 'plain' then raise exception 'gone' using errcode = 'VG003', hint = 'Look.';
  elsif how = 'unique' then insert into voygen.clients (slug, name) values ('a', 'A'), ('a', 'A');
  elsif how = 'check' then insert into voygen.clients (slug, name, tier) values ('b', 'B', 'none');
  elsif how = 'zero' then perform 1 / length('');
  elsif how = 'serial' then raise exception 'x' using errcode = '40001';
  elsif how = 'secret' then raise exception 'the password is swordfish';
  elsif how = 'null' then return null;
  elsif how = 'code' then perform voygen.raise('no_such_code', 'x');
  end if;
  return row(how);
end $$;;
comment on function voygen_api.fail_with(text) is 'Fail
@param how How. @redact';;
grant execute on all functions in schema voygen_api to voygen_agent, voygen_reader
SQL

# Round trips, compared as text: nothing is rounded or reformatted but spaces
my %plain = (flag => 'true', small => '-32768', whole => '2147483647', big => '-9223372036854775808', exact => '12345678901.125',
	free => '0.10000000000000000000000000001', share => '99.999', words => '"a \"quoted\" line\nand \u00e9 \u20ac \ud83d\ude00"', code => '"USD"', short => '"abcde"',
	day => '"2026-02-28"', instant => '"2026-05-31T18:30:00.25Z"', hour => '"18:30:00"', span => '"P1DT2H"', id => '"00000000-0000-4000-8000-000000000001"',
	mood => '"bad"', anything => '{"b": [1, 2.50, null], "a": {"x": "y"}}', list => '["a","b,c",""]', numbers => '[1,2,3]',
	item => '{"amount":1.500,"label":"x"}', items => '[{"amount":null,"label":"x"},{"amount":2.000,"label":"\"q\""}]', ref => '"12"');
my %shown = (words => qq("a \\"quoted\\" line\\nand \x{e9} \x{20ac} \x{1f600}"), anything => '{"a": {"x": "y"}, "b": [1, 2.50, null]}', span => '"1 day 02:00:00"');
for my $name (sort keys %plain)
{
	my $text = $door->call_text('reader', 'echo', qq({"value":{"$name":$plain{$name}}}));
	my ($got) = $text =~ /"$name":(.*?)(?:,"(?:flag|small|whole|big|exact|free|share|words|code|short|day|instant|hour|span|id|mood|anything|list|numbers|item|items|ref)":|\}$)/s;
	is($got, $shown{$name} // $plain{$name}, "$name goes in and comes out");
}
my $empty = $door->call('reader', 'echo', { value => {} });
is_deeply([map { $empty->{$_} } qw(flag words exact item anything)], [(undef) x 5], 'what is not given is null');
is_deeply([map { $empty->{$_} } qw(list numbers items)], [[], [], []], 'but a list is empty');
is($door->call('reader', 'echo', '{"value":{"exact":"10.125"}}')->{exact}, '10.125', 'an amount may come as decimal text');
is($door->call('reader', 'echo', '{"value":{"ref":34}}')->{ref}, '34', 'an id may come as a number');
is($door->call('reader', 'echo', '{"value":{"whole":1e3,"instant":"2026-05-31T20:30:00+02:00"}}')->{whole}, 1000, 'an integer is what has no fraction');
is($door->call('reader', 'echo', '{"value":{"instant":"2026-05-31T20:30:00+02:00"}}')->{instant}, '2026-05-31T18:30:00Z', 'times come in UTC');

# Wrong values name their place
my %wrong = (small => ['32768', qr/integer from -32768 to 32767/], exact => ['1.0005', qr/at most 3 decimals/], share => ['100.5', qr/percent|check/i], code => ['"USDX"', qr/3 characters/],
	short => ['"abcdef"', qr/at most 5/], day => ['"2026-02-29"', qr/a date/], instant => ['"2026-05-31 18:30"', qr/a time/], hour => ['"25:00"', qr/matching/],
	mood => ['"ugly"', qr/one of "good", "bad"/], id => ['"x"', qr/UUID/], numbers => ['[1,2,"x"]', qr/integer/], items => ['[{"label":"x"},{"amount":1}]', qr/text/], list => ['[null]', qr/text/],
	anything => ['[1]', qr/object/]);
my %path = (numbers => '/value/numbers/2', items => '/value/items/1/label', list => '/value/list/0');
for my $name (sort keys %wrong)
{
	my $error = $door->fails('reader', 'echo', qq({"value":{"$name":$wrong{$name}[0]}}));
	is($error->{code}, 'invalid_argument', "$name: a wrong value");
	is($error->{path}, $path{$name} // "/value/$name", "$name: has its place");
	like(($error->{expected} // '') . ' ' . $error->{text}, $wrong{$name}[1], "$name: and what was expected");
}
is($door->fails('reader', 'echo', '{"value":{"items":[{"label":"a"},{"label":"b","amuont":1}]}}')->{hint}, 'Did you mean "amount"?', 'a slip gets the right name');
is($door->fails('reader', 'echo_all', '{"values":[{},{"share":100.5}]}')->{path}, '/values/1/share', 'a domain\'s own rule names the place too');

# Defaults
is($door->call('reader', 'defaults', { a => 1 })->{result}, "1|it's|1.50|{x,y}|5", 'defaults stand in for what is absent');
is($door->call('reader', 'defaults', { a => 2, b => undef, d => undef, c => '2026-01-01', e => [] })->{result}, "2|it's|2026-01-01|1.50|{}|5", 'and for null');
is($door->fails('reader', 'defaults', { a => 4 })->{expected}, 'an integer from 1 to 3', 'limits of @param hold');
my ($schema) = $owner->selectrow_array("select input_schema from voygen.tool where name = 'defaults'");
like($schema, qr/"default": "it's"/, 'defaults are in the schema');
like($schema, qr/"required": \["a"\]/, 'only the rest is required');

# Many items
my $many = '{"values":[' . join(',', map { qq({"flag":true,"whole":$_,"exact":"$_.125","words":"hotel number $_","code":"USD","day":"2026-05-01","anything":{"a":[1,2]},"list":["a","b"],"item":{"amount":1.5,"label":"x"}}) } 1 .. 10_000) . ']}';
my $started = time;
my $text = $door->call_text('reader', 'echo_all', $many);
my $took = time - $started;
like($text, qr/"count":10000\}$/, '10,000 items in one call');
diag(sprintf '10,000 items of 9 fields in and out: %.0f ms', 1000 * $took);
ok($took < 10, 'in seconds');
is($door->fails('reader', 'echo_all', $many =~ s/"whole":9999,/"whole":"x",/r)->{path}, '/values/9998/whole', 'one wrong value among them is found');

# A list answer in the view
is($owner->selectrow_array("select output_schema -> 'properties' -> 'result' ->> 'anyOf' from voygen.tool where name = 'defaults'"), '[{"type": "string"}, {"type": "null"}]', 'OUT parameters are described');

# Errors of tools
my %errors = (raise => ['not_found', 'VG003', qr/^no such trip$/], plain => ['not_found', 'VG003', qr/^gone$/], unique => ['conflict', 'VG004', qr/duplicate key/],
	check => ['invalid_argument', 'VG001', qr/clients_tier_check/], zero => ['invalid_argument', 'VG001', qr/division by zero/], serial => ['unavailable', 'VG009', qr/x/],
	secret => ['internal', 'VG010', qr/^internal error [0-9a-f]{16}$/], null => ['internal', 'VG010', qr/^internal error/], code => ['invalid_argument', 'VG001', qr/no error code/]);
for my $how (sort keys %errors)
{
	my $error = $door->fails('agent', 'fail_with', { how => $how });
	is_deeply([@$error{qw(code state)}], [@{ $errors{$how} }[0, 1]], "an error of the kind $how: $errors{$how}[0]");
	like($error->{text}, $errors{$how}[2], 'with its words');
}
my $raised = $door->fails('agent', 'fail_with', { how => 'raise' });
is_deeply([@$raised{qw(path expected got hint)}], ['/how', 'a trip', 'nothing', 'Look again.'], 'voygen.raise carries all parts');
is($door->fails('agent', 'fail_with', { how => 'plain' })->{hint}, 'Look.', 'a bare errcode gets its hint into the parts');
$door->call('agent', 'fail_with', { how => 'fine' });
is($owner->selectrow_array("select args ->> 'how' from voygen.audit where tool = 'fail_with'"), '(redacted)', 'what is marked @redact is not audited');

# Documents leave as PostgreSQL prints them
$owner->do($_) for split /;;\n/, <<'SQL';
create table public.documents (number integer primary key, document jsonb not null);;
insert into public.documents
select row_number() over (), d
from (
  select to_jsonb(n::numeric) as d
  from unnest(array['0', '-0.5', '0.00', '1e20', '1e19', '12345678901234567890.12', '12345678901234567890123.4567', '0.00001', '0.0001', '-0.00099', '100', '9999', '10000', '99990000', '100000000.00000001',
    '1.10', '-1234567.890', '1e-16', '1e-17', '0.12345678901234567', '1e131000', '-9999999999999999.9999', '1.0000', '10000.5000']) n
  union all
  select to_jsonb(round(((r * 7919 % 100003) - 50000)::numeric * 10::numeric ^ (r % 9 - 4), r % 17)) from generate_series(1, 400) r
  union all
  select to_jsonb(chr(c)) from generate_series(1, 300) c
  union all
  values ('null'::jsonb), ('true'), ('false'), ('""'), ('{}'), ('[]'), ('[[], {}, [null]]'), ('"a\"b\\c\n\u0001"'), ('{"": {"\"": [1, {"x": "東京 😀"}]}}')
  union all
  select jsonb_build_object('list', jsonb_agg(case i % 5 when 0 then to_jsonb(i * 1.25) when 1 then to_jsonb(repeat('x', i)) when 2 then 'null' when 3 then jsonb_build_array(i, i::text) else jsonb_build_object('k' || i, i) end order by i),
    'object', jsonb_object_agg('key' || i, case when i % 3 = 0 then to_jsonb(i / 8.0) else to_jsonb(repeat(chr(96 + i % 26), i % 7)) end))
  from generate_series(1, 200) i) made;;
create type voygen_api.documented as (document jsonb);;
create function voygen_api.document(number integer) returns voygen_api.documented language sql stable security definer
  return (select row(d.document)::voygen_api.documented from public.documents d where d.number = $1);;
comment on function voygen_api.document(integer) is 'Show a document
@param number Which.';;
grant execute on function voygen_api.document(integer) to voygen_reader, voygen_agent
SQL
my $documents = $owner->selectrow_array('select count(*) from public.documents');
my @altered;
for my $number (1 .. $documents)
{
	my $said = $door->call_text('agent', 'document', { number => $number });
	push @altered, "$number: " . substr $said, 0, 100
		if $said ne $owner->selectrow_array(q{select '{"document":' || document::text || '}' from public.documents where number = ?}, undef, $number);
}
is(join("\n", @altered), '', "$documents documents are written as PostgreSQL prints them");

# The cache of tools follows the catalogue
$owner->do("comment on function voygen_api.fail_with(text) is 'Fail\n\@param how How. \@max 3'");
is($door->fails('agent', 'fail_with', { how => 'fine' })->{expected}, 'text of at most 3 characters', 'a changed comment counts at once');
$owner->do('create or replace function voygen_api.fail_with(how text) returns voygen_api.said language sql volatile return row(how || how)::voygen_api.said');
is($door->call('agent', 'fail_with', { how => 'abc' })->{text}, 'abcabc', 'a changed function too');
$owner->do('alter type voygen_api.said add attribute more integer');
$owner->do('create or replace function voygen_api.fail_with(how text) returns voygen_api.said language sql volatile return row(how, 7)::voygen_api.said');
is($door->call('agent', 'fail_with', { how => 'abc' })->{more}, 7, 'and a changed type');
$owner->do('drop function voygen_api.fail_with(text)');
is($door->fails('agent', 'fail_with', { how => 'abc' })->{code}, 'unknown_name', 'a dropped function is gone');

# A faulty catalogue is told by name
$owner->do("create function voygen_api.bad(a integer, b point default null) returns setof jsonb language sql stable return '{}'::jsonb");
$owner->do("comment on function voygen_api.bad(integer, point) is 'Bad\n\@param a A. \@nonsense\n\@param c C.\n\@required z\n\@job nothing\n\@example {\"q\":1}'");
my $problems = join "\n", @{ $owner->selectcol_arrayref("select problem from voygen.tool_problems() where tool = 'bad'") };
like($problems, $_, "a faulty tool: $_") for (qr/parameter b has no \@param/, qr/\@param names c/, qr/unknown tag \@nonsense/, qr/point has no JSON Schema/, qr/returns jsonb, not an object/,
	qr/returns a set/, qr/\@required names z/, qr/\@job names the type nothing/, qr/\@example/);
is($owner->selectrow_array("select count(*) from voygen.tool_problems() where tool <> 'bad'"), 0, 'the others are well') or diag(join "\n", @{ $owner->selectcol_arrayref("select tool || ': ' || problem from voygen.tool_problems() where tool <> 'bad'") });
$owner->do('revoke execute on function voygen_api.bad(integer, point) from public');
is($door->fails('agent', 'bad', {})->{code}, 'not_allowed', 'a tool nobody may call is refused');
$owner->do('grant execute on function voygen_api.bad(integer, point) to voygen_agent');
is($door->fails('agent', 'bad', {})->{code}, 'internal', 'a faulty one too');

done_testing;
