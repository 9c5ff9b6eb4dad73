# What several tools share, at its edges: texts, words, slugs, checks, cursors, likeness, legs and items. Each line is an
# expression and what it must be, or the code and path it must fail with.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use CallTest;

my $door = CallTest->new('api_parts');
my $owner = $door->owner;
binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $sunny = $door->agency('sunny');
my ($ann) = $owner->selectrow_array("select voygen.create_user(?, 'Ann\@Sunny.example', 'Ann', 'agent')", undef, $sunny);
my ($gone) = $owner->selectrow_array("select voygen.create_user(?, 'gone\@sunny.example', 'Gone', 'agent')", undef, $sunny);
$owner->do('update voygen.users set archived_at = now() where user_id = ? and agency_id = ?', undef, $gone, $sunny);
$owner->selectrow_array("select voygen.create_user(?, 'bob\@rainy.example', 'Bob', 'agent')", undef, $door->agency('rainy'));
$door->call('admin', 'create_client', { name => 'Demo Client' });
my $one = $door->call('admin', 'create_trip', { client_id => 'demo-client', title => 'One', destination => 'Rome', start_date => '2026-09-10', end_date => '2026-09-15' });
my $three = $door->call('admin', 'create_trip', { client_id => 'demo-client', title => 'Three', destination => 'Italy', start_date => '2026-09-10', end_date => '2026-09-20',
	legs => [{ city => 'Rome', arrive_date => '2026-09-10', depart_date => '2026-09-13' }, { city => 'Amalfi', arrive_date => '2026-09-13', depart_date => '2026-09-17' }, { city => 'Rome', arrive_date => '2026-09-17', depart_date => '2026-09-20' }] });
my %leg = (only => $one->{leg_ids}[0], rome => $three->{leg_ids}[0], amalfi => $three->{leg_ids}[1], again => $three->{leg_ids}[2]);

$owner->do("insert into voygen.commission_volumes (agency_id, site, window_kind, window_start, currency, amount)
	select ?, site, kind, day::date, 'USD', amount
	from (values ('web', 'month', '2026-11-01', 100), ('web', 'month', '2026-10-01', 5), ('web', 'quarter', '2026-10-01', 300), ('web', 'quarter', '2026-07-01', 6), ('web', 'year', '2026-01-01', 3000), ('web', 'year', '2025-01-01', 7), ('vax', 'year', '2026-01-01', 8)) as v(site, kind, day, amount)", undef, $sunny);
$owner->do("set voygen.agency_id = $sunny");
$owner->do('set role voygen_agent');
$owner->do("set search_path = voygen_lib, voygen_api, voygen");

# $ann and %leg stand in the expressions as {ann}, {rome} and so on.
my %stands = (%leg, ann => $ann, one => $one->{trip_id}, three => $three->{trip_id}, agency => $sunny);
sub filled { my ($text) = @_; return $text =~ s/\{(\w+)\}/$stands{$1} \/\/ "{$1}"/ger }

sub is_value
{
	my ($expression, $expected) = @_;
	my ($got) = eval { $owner->selectrow_array('select (' . filled($expression) . ')::text') };
	is($@ ? "error: $@" : $got, defined $expected ? filled($expected) : undef, $expression);
	return;
}

sub is_refused
{
	my ($expression, $code, $path) = @_;
	my $done = eval { $owner->selectrow_array('select ' . filled($expression)); 1 };
	return fail("$expression is refused") if $done;
	my $error = CallTest::error_of($owner);
	is_deeply([@$error{qw(code path)}], [$code, $path], "$expression is refused") or diag($owner->errstr);
	return;
}

# What was booked with a site: in the windows that hold the day
is_value("(select string_agg(w.key || ' ' || (w.value ->> 'amount'), ', ' order by w.key) from jsonb_each(volume($_->[0])) as w)", $_->[1]) for (
	["'web', '2026-11-15'", 'month 100.000, quarter 300.000, year 3000.000'], ["'web', '2026-10-31'", 'month 5.000, quarter 300.000, year 3000.000'], ["'web', '2026-12-31'", 'quarter 300.000, year 3000.000'],
	["'web', '2027-01-01'", undef], ["'vax', '2026-11-15'", 'year 8.000'], ["'trisept', '2026-11-15'", undef]);

# Texts and words
is_value(@$_) for (
	["plain('  Ångström ÉCOLE Straße ﬁn Øre æ ')", 'angstrom ecole strasse fin ore a'], ["plain('東京 ホテル')", '東京 ホテル'], ['plain(null)', undef],
	["words('Anna''s trip: Rome, (Italy) – 2026!')", '{anna,s,trip,rome,italy,2026}'], ["words('...')", '{}'], ["words(null)", '{}'],
	["search_words('Show me all trips')", '{}'], ["search_words('all trips to Oslo please')", '{oslo}'], ["search_words('one two three four five six seven eight nine ten')", '{one,two,three,four,five,six,seven,eight}'], ["search_words('Rome & Amalfi, rome')", '{rome,amalfi,rome}'],
	["slug_part('  R&D -- Côte d''Azur!  ', 40)", 'r-and-d-cote-dazur'], ["slug_part('abc def', 4)", 'abc'], ["slug_part('abc def', 5)", 'abc-d'], ["slug_part('東京', 10)", ''],
	["slug_base(array['anna', '', null, 'rome'], 'trip')", 'anna-rome'], ["slug_base(array['2026'], 'trip')", 'trip-2026'], ["slug_base(array['2026', '10'], 'trip')", 'trip-2026-10'], ["slug_base(array['new'], 'client')", 'client-new'], ["slug_base(array['ab'], 'client')", 'client-ab'],
	["slug_base(array['abc'], 'client')", 'abc'], ["slug_base(array['']::text[], 'client')", 'client']);

# Checks
is_value(@$_) for (
	['agency()', '{agency}'], ["require_text(' x ', '/a', 3)", 'x'], ["require_text('xxx', '/a', 3)", 'xxx'], ["length(require_text(repeat('x', 300), '/a'))", '300'], ["require_confirm(true, 'x')", ''], ["require_clearable(array['a', 'b'], array['b', 'a'])", '{a,b}'], ['require_clearable(null, array[\'a\'])', '{}'],
	["require_dates('2026-01-01', '2026-01-01', '/a', '/b')", ''], ["require_dates('2026-01-01', null, '/a', '/b')", ''], ["require_currency('USD', '/c')", 'USD'], ["require_currency(null, '/c')", undef],
	["require_amount(0, 'USD', '/a')", '0'], ["require_amount(0.5, 'USD', '/a')", '0.5'], ["require_amount(1.230, 'USD', '/a')", '1.230'], ["require_amount(99999999999.99, 'USD', '/a')", '99999999999.99'], ["require_amount(null, 'USD', '/a')", undef],
	["amount_fault(0, 'USD')", undef], ["amount_fault(1.123, 'KWD')", undef], ["amount_fault(-0.01, 'USD')", '-0.01 is negative'], ["amount_fault('NaN', 'USD')", 'not a number'], ["amount_fault('Infinity', 'USD')", 'not a number'], ["amount_fault('-Infinity', 'USD')", 'not a number'],
	["amount_fault(100000000000, 'USD')", '100000000000 is larger than any price'], ["amount_fault(1.005, 'USD')", '1.005 has more than the 2 decimals of USD'], ["amount_fault(1.5, 'JPY')", '1.5 has more than the 0 decimals of JPY'], ["amount_fault(1.1234, 'KWD')", '1.1234 has more than the 3 decimals of KWD'],
	["exact(1.500, 'USD')", '1.50'], ["exact(2, 'JPY')", '2'], ["exact(1.5, 'KWD')", '1.500'], ["exact(1.5, null)", '1.500'],
	['require_limit(null)', '20'], ['require_limit(null, 5)', '5'], ['require_limit(1)', '1'], ['require_limit(100)', '100'], ['require_limit(5, 5)', '5'],
	["require_whole(1, '/n', 1, 5)", '1'], ["require_whole(5, '/n', 1, 5)", '5'], ["require_whole(null, '/n', 1, 5)", undef], ["require_site('web')", 'web'], ['require_site(null)', undef], ["require_airport('SEA', '/o')", 'SEA'],
	["advisor('ANN\@sunny.EXAMPLE')", '{ann}'], ['advisor(null)', undef], ["require_items('[1]', '/i')", '[1]']);
is_refused(@$_) for (
	["require_text('', '/a')", 'invalid_argument', '/a'], ["require_text(null, '/a')", 'invalid_argument', '/a'], ["require_text(E' \\t ', '/a', 1)", 'invalid_argument', '/a'], ["require_text('xxxx', '/a', 3)", 'invalid_argument', '/a'], ["require_text(repeat('x', 301), '/a')", 'invalid_argument', '/a'],
	["require_confirm(false, 'x')", 'precondition_failed', '/confirm'], ["require_confirm(null, 'x')", 'precondition_failed', '/confirm'], ["require_clearable(array['a', 'c'], array['a', 'b'])", 'unknown_name', '/clear/1'], ["require_clearable(array[null], array['a'])", 'unknown_name', '/clear/0'],
	["require_dates('2026-01-02', '2026-01-01', '/a', '/b')", 'invalid_argument', '/b'], ["require_currency('XXQ', '/c')", 'unknown_name', '/c'], ["require_currency('usd', '/c')", 'unknown_name', '/c'], ["require_amount(-0.01, 'USD', '/a')", 'invalid_argument', '/a'], ["require_amount(1.1, 'JPY', '/a')", 'invalid_argument', '/a'],
	["require_money((null, 'USD')::voygen_api.money, '/m')", 'invalid_argument', '/m/amount'], ["require_money((1, null)::voygen_api.money, '/m')", 'invalid_argument', '/m/currency'], ["require_money((1, 'XXQ')::voygen_api.money, '/m')", 'unknown_name', '/m/currency'], ["require_money((-1, 'USD')::voygen_api.money, '/m')", 'invalid_argument', '/m/amount'],
	['require_limit(0)', 'invalid_argument', '/limit'], ['require_limit(101)', 'invalid_argument', '/limit'], ['require_limit(6, 5)', 'invalid_argument', '/limit'], ["require_whole(0, '/n', 1, 5)", 'invalid_argument', '/n'], ["require_whole(6, '/n', 1, 5)", 'invalid_argument', '/n'],
	["require_site('nowhere')", 'unknown_name', '/site'], ["require_airport('SE', '/o')", 'invalid_argument', '/o'], ["require_airport('S1A', '/o')", 'invalid_argument', '/o'], ["advisor('bob\@rainy.example')", 'not_found', '/advisor'], ["advisor('gone\@sunny.example')", 'not_found', '/advisor'], ["advisor('nobody')", 'not_found', '/advisor'],
	["place_read('x')", 'invalid_argument', '/cursor'], ["place_read('1~')", 'invalid_argument', '/cursor'], ["place_read('1.~1')", 'invalid_argument', '/cursor'], ["place_read('1~1 ')", 'invalid_argument', '/cursor']);

# Cursors, likeness and weights
is_value(@$_) for (
	["place_text(1.25, 7)", '1.25~7'], ["place_read('1.25~7')", '(1.25,7)'], ["place_read(place_text(12.3456, 99))", '(12.3456,99)'],
	["likeness('anderson', 'mr anderson')", '1'], ["likeness('andersn', 'mr anderson') between 0.5 and 0.9", 'true'], ["likeness_whole('rome', 'rome')", '1'], ["likeness_whole('rome', 'paris')", '0'],
	["(select patterns from near_words(array['andersn'], array['mr anderson', 'ms peters']))", '{%andersn%,%anderson%}'], ["(select patterns from near_words(array['xyz'], array['mr anderson']))", '{%xyz%}'],
	["fitting(array['anna', 'rome'], array[1, 2, 3], array['anna goes to rome', 'anna goes to paris', 'peter in rome'])", '{1}'], ["fitting(array['anna', 'oslo'], array[1, 2, 3], array['anna goes to rome', 'anna goes to paris', 'peter in rome'])", '{1,2}'],
	["fitting(array['anna', 'rome', 'oslo'], array[1, 2, 3], array['anna goes to paris', 'anna goes to rome', 'peter in rome'])", '{2}'], ["fitting(array['andersn'], array[1, 2], array['mr anderson', 'ms peters'])", '{1}'], ["fitting(array['xyzzy'], array[1], array['anna'])", '{}'],
	["weight(array['rome'], array['rome', 'italy'], array[2, 1]::numeric[])", '2.0000'], ["weight(array['italy'], array['rome', 'italy'], array[2, 1]::numeric[])", '1.0000'], ["weight(array['rome', 'italy'], array['rome', 'italy'], array[2, 1]::numeric[])", '3.0000'],
	["weight(array['om'], array['rome'], array[1]::numeric[])", '0.6000'], ["weight(array[]::text[], array['rome'], array[1]::numeric[])", '0']);

# Items
is_value(@$_) for (
	["number('1.50')", '1.50'], [q{number('"1.50"')}, '1.50'], [q{number('"-3"')}, '-3'], [q{number('"1e5"')}, undef], [q{number('"1,5"')}, undef], [q{number('true')}, undef], [q{number(('"' || repeat('1', 21) || '"')::jsonb)}, undef],
	[q{texts('["b", "a", null]')}, '{b,a,NULL}'], [q{texts('"a"')}, undef], ['texts(null)', undef], ["digest('a') = left(encode(sha256('a'), 'hex'), 16)", 'true'], ["length(digest('a'))", '16']);

# Documents of facts
is_value(@$_) for (
	[q{(select string_agg(path || '=' || value, ' ' order by path) from facts_leaves('{"a": [1, {"b": "x"}, []], "c": {}, "d": null}'))}, '/a/0=1 /a/1/b="x" /a/2=[] /c={} /d=null'], ["facts_fields(array['slug', 'hotels'])", '{slug,hotels}'], ['facts_fields(null)', undef]);
is_refused(@$_) for (["facts_fields(array['slug', 'nope'])", 'unknown_name', '/return_fields/1'], ['facts_fields(array[null]::text[])', 'unknown_name', '/return_fields/0']);

# The leg of an offer
is_value(@$_) for (
	["leg_for({agency}, {one}, 'Elsewhere', null, null)", '{only}'], ["leg_for({agency}, {one}, null, '2026-09-10', '2026-09-15')", '{only}'], ["leg_for({agency}, {one}, 'Rome', '2026-09-09', '2026-09-12')", undef], ["leg_for({agency}, {one}, 'Rome', '2026-09-14', '2026-09-16')", undef], ["leg_for({agency}, {one}, 'Rome', '2026-09-15', null)", '{only}'],
	["leg_for({agency}, {three}, 'AMALFI', null, null)", '{amalfi}'], ["leg_for({agency}, {three}, 'Rome', null, null)", undef], ["leg_for({agency}, {three}, 'Rome', '2026-09-10', '2026-09-13')", '{rome}'], ["leg_for({agency}, {three}, 'Rome', '2026-09-18', null)", '{again}'], ["leg_for({agency}, {three}, 'Rome', '2026-09-13', '2026-09-17')", undef],
	["leg_for({agency}, {three}, 'Ravello', '2026-09-14', '2026-09-16')", '{amalfi}'], ["leg_for({agency}, {three}, 'Ravello', '2026-09-12', '2026-09-14')", undef], ["leg_for({agency}, {three}, 'Ravello', '2026-09-13', null)", undef], ["leg_for({agency}, {three}, null, null, null)", undef], ["leg_for({agency}, 987654, 'Rome', null, null)", undef], ["leg_for({agency} + 1, {one}, 'Rome', null, null)", undef]);

$owner->do('reset role');
$owner->do('reset voygen.agency_id');
is_refused('voygen_lib.agency()', 'not_allowed', undef);
$door->call('admin', 'update_trip', { trip_id => "$one->{trip_id}", advisor => 'ann@sunny.example' });
is($owner->selectrow_array('select advisor_id from voygen.trips where trip_id = ? and agency_id = ?', undef, $one->{trip_id}, $sunny), $ann, 'a trip has its advisor');

done_testing;
