# Finding clients and trips of an agency that has more than are compared with words: the same answers as with few.
use strict;
use warnings;
use utf8;
use lib 'test/lib';
use Test::More;
use CallTest;

my $door = CallTest->new('api_find_many');
my $owner = $door->owner;
my ($ours, $theirs) = map { $door->agency($_) } qw(sunny rainy);
sub call { return $door->call('agent', @_) }

# 3,000 clients with a trip each, in both agencies, and a few others in ours
$owner->do(<<'SQL', undef, $_) for $ours, $theirs;
insert into voygen.clients (agency_id, client_id, slug, name, email)
select $1, 10000 + n, 'filler-' || n, 'Filler ' || (array['Blue', 'Green', 'Red'])[1 + n % 3], 'filler' || n || '@example.com'
from generate_series(1, 3000) as n
SQL
$owner->do(<<'SQL', undef, $_) for $ours, $theirs;
insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination, start_date, end_date, status)
select $1, 20000 + n, 'filler-' || n || '-rome-2027', 10000 + n, 'Tour ' || n, (array['Rome', 'Kyoto'])[1 + n % 2], date '2027-01-01' + n % 300, date '2027-12-01',
  case when n % 1000 = 0 then 'confirmed' else 'planning' end
from generate_series(1, 3000) as n
SQL
sub client
{
	my ($agency, $id, $slug, $name, $email) = @_;
	$owner->do('insert into voygen.clients (agency_id, client_id, slug, name, email) values (?, ?, ?, ?, ?)', undef, $agency, $id, $slug, $name, $email);
	return $id;
}
sub trip
{
	my ($agency, $id, $slug, $client, $title, $destination, @cities) = @_;
	$owner->do("insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination, start_date, end_date, traveler_names) values (?, ?, ?, ?, ?, ?, '2028-05-01', '2028-05-09', ?)",
		undef, $agency, $id, $slug, $client, $title, $destination, ['Marisol Quetzal']);
	$owner->do('insert into voygen.trip_legs (agency_id, trip_id, seq, city) values (?, ?, 1, ?)', undef, $agency, $id, $_) for @cities;
	return;
}
client($ours, 1, 'sven-anderson', 'Sven Anderson', 'sven@example.com');
client($ours, 2, 'zoe-muller', 'Zoë Müller', 'zoe@example.com');
client($ours, 3, 'anderson-blue', 'Anderson Blue', undef);
client($theirs, 1, 'sven-anderson', 'Sven Anderson', 'sven@example.com');
client($theirs, 2, 'qqzebra', 'Qqzebra Xylophone', 'qq@example.com');
trip($ours, 101, 'sven-dublin-2028', 1, 'Pubs & Music', 'Dublin', 'Dublin', 'Galway');
trip($ours, 102, 'sven-rome-2028', 1, 'Ruins', 'Rome', 'Rome');
trip($ours, 103, 'zoe-iceland-2028', 2, 'Fire and ice', 'Iceland', 'Reykjavík', 'Lisbon');
trip($theirs, 101, 'sven-dublin-2028', 1, 'Pubs & Music', 'Dublin', 'Dublin');
trip($theirs, 102, 'qqzebra-oslo-2028', 2, 'Qqfjords', 'Oslo', 'Qqbergen');

sub trips { my ($query, %filters) = @_; return call('find_trips', { query => $query, filters => \%filters }) }
sub slugs { return join ' ', map { $_->{slug} } @{ $_[0]{trips} // $_[0]{clients} } }

for (
	['a slug', 'sven-dublin-2028', 'sven-dublin-2028'], ['however it is typed', ' SVEN-Dublin-2028 ', 'sven-dublin-2028'], 
	['a client', 'Anderson', 'sven-rome-2028 sven-dublin-2028'], ['a misspelt client', 'Andersn', 'sven-rome-2028 sven-dublin-2028'],
	['a client and a place', 'Anderson Dublin', 'sven-dublin-2028'], ['both misspelt', 'Andersn, Dubln', 'sven-dublin-2028'],
	['a rare word and a frequent one', 'Anderson Rome', 'sven-rome-2028'], ['signs', 'Pubs & Music, Dublin', 'sven-dublin-2028'],
	['a part of a word', 'ublin', 'sven-dublin-2028'], ['the beginning of one', 'pu', 'sven-dublin-2028'], ['a city of a leg', 'galway', 'sven-dublin-2028'],
	['a city without its accent', 'reykjavik', 'zoe-iceland-2028'], ['a misspelt city', 'Reikjavik', 'zoe-iceland-2028'], ['a short one', 'Lizbon', 'zoe-iceland-2028'], ['an umlaut of the client', 'müller', 'zoe-iceland-2028'],
	['none', 'müller dublin qqq', undef])
{
	my ($what, $query, $expected) = @$_;
	my $found = trips($query);
	is(slugs($found), $expected, "trips by $what: '$query'") if defined $expected;
}
is(trips('103')->{trips}[0]{slug}, 'zoe-iceland-2028', 'a number finds its trip before others that have it somewhere');
is(slugs(trips('Quetzal')), 'zoe-iceland-2028 sven-rome-2028 sven-dublin-2028', 'a traveler, newest first');
is_deeply([@{ trips('Anderson') }{qw(total total_is_capped)}], [2, JSON::PP::false], 'a rare word is counted');
my $romans = trips('Rome');
ok($romans->{total_is_capped} && $romans->{total} >= 100, 'of a frequent one it is said that there are more');
cmp_ok($romans->{trips}[0]{score}, '>=', $romans->{trips}[-1]{score}, 'the best are first');
is((grep { $_->{destination} eq 'Rome' } @{ $romans->{trips} }), 20, 'and have the word');
is(slugs(trips('Rome', client => 'sven-anderson')), 'sven-rome-2028', 'a filter that few fit');
is(trips(undef, status => 'confirmed')->{total}, 3, 'so does a status');
is(slugs(trips(undef, destination => 'ICELAND')), 'zoe-iceland-2028', 'so does a destination');
is(trips(undef, starts_after => '2028-01-01')->{total}, 3, 'so does a day');
is(trips('Filler', starts_after => '2028-01-01')->{total}, 0, 'words and a day that do not go together');

for my $query (undef, 'all', 'all trips')
{
	my $all = call('find_trips', { query => $query });
	is_deeply([$all->{trips}[0]{trip_id}, $all->{total}, $all->{total_is_capped}, $all->{truncated}{left_out}], [23000, 1000, JSON::PP::true, 980], 'all: the newest, and that there are more');
}
for my $walk (['find_trips', 'trips', {}, 1000], ['find_trips', 'trips', { query => 'Rome' }, $romans->{total}], ['find_clients', 'clients', {}, 1000], ['find_clients', 'clients', { query => 'Blue' }, undef])
{
	my ($tool, $rows, $arguments, $least) = @$walk;
	my (@walked, $cursor, $pages);
	do
	{
		my $part = call($tool, { %$arguments, limit => 100, $cursor ? (cursor => $cursor) : () });
		push @walked, map { $_->{slug} } @{ $part->{$rows} };
		$cursor = $part->{truncated} && $part->{truncated}{cursor};
	} while ($cursor && ++$pages < 60);
	my %once = map { $_ => 1 } @walked;
	is(scalar keys %once, scalar @walked, "$tool: a cursor shows each row once");
	is(scalar @walked, $arguments->{query} ? $least // scalar @walked : 3003, "$tool: and all of them");
}

my $none = trips('Zanzibarqq');
is_deeply([$none->{total}, $none->{total_is_capped}, scalar @{ $none->{suggestions} }], [0, JSON::PP::false, 5], 'nothing: answered with what is near');

for (
	['a slug', 'sven-anderson', 'sven-anderson'], ['a name', 'Sven', 'sven-anderson'], ['a surname, best first', 'anderson', 'anderson-blue sven-anderson'], ['a misspelt name', 'Svenn Andersn', 'sven-anderson'],
	['an address', 'zoe@example.com', 'zoe-muller'], ['a number', '2', 'zoe-muller'], ['an umlaut left out', 'muller', 'zoe-muller'], ['a part', 'nderso', 'anderson-blue sven-anderson'],
	['a rare word and a frequent one', 'Anderson & Blue', 'anderson-blue'])
{
	my ($what, $query, $expected) = @$_;
	my $found = call('find_clients', { query => $query });
	is((split / /, slugs($found))[0], (split / /, $expected)[0], "clients by $what: '$query'");
}
is(slugs(call('find_clients', { filters => { email => 'SVEN@example.com' } })), 'sven-anderson', 'a filter of an address');
is(scalar @{ call('find_clients', { query => 'Zanzibarqq' })->{suggestions} }, 5, 'no client: answered with names');

# Nothing of another agency, by no way
for (['find_trips', 'qqzebra-oslo-2028'], ['find_trips', 'Qqzebra'], ['find_trips', 'Qqzebrra'], ['find_trips', 'Qqbergen'], ['find_trips', 'Qqfjords'], ['find_clients', 'Qqzebra'], ['find_clients', 'qqzebra'], ['find_clients', 'Xylophon'], ['find_clients', 'qq@example.com'])
{
	my ($tool, $query) = @$_;
	unlike($door->call_text('agent', $tool, { query => $query }), qr/qqzebra|xylophone|qqfjords/i, "$tool: '$query' of another agency");
	is(call($tool, { query => $query })->{total}, 0, '... is not counted') if $query =~ /^\w+$/;
}
is(slugs($door->call('rainy:reader', 'find_trips', { query => 'Qqzebrra' })), 'qqzebra-oslo-2028', 'which finds it itself');

# ... nor by words that are spelt alike: hundreds of theirs, under numbers that are ours as well, before the few of ours. With
# them or without, each question is answered with the same bytes: rows, order, scores, totals and suggestions.
$owner->do("update voygen.clients set name = 'Wexlerson ' || client_id where agency_id = ? and client_id between 10001 and 10300", undef, $theirs);
$owner->do("update voygen.trips set title = 'Grimbelfast ' || trip_id where agency_id = ? and trip_id between 20001 and 20300", undef, $theirs);
$owner->do("insert into voygen.trip_legs (agency_id, trip_id, seq, city) select agency_id, trip_id, 1, 'Yxkullstad' from voygen.trips where agency_id = ? and trip_id between 20001 and 20300", undef, $theirs);
client($ours, 4, 'wexlersen-kvist', 'Wexlersen Kvist', undef);
client($ours, 5, 'kvist-blue', 'Kvist Wexlersen Blue', undef);
trip($ours, 104, 'kvist-walks-2028', 4, 'Walks', 'Sweden', 'Kalmar');
trip($ours, 105, 'blue-grimbelfest-2028', 5, 'Grimbelfest', 'Sweden', 'Kalmar');
trip($ours, 106, 'blue-yxkullsund-2028', 3, 'Lakes', 'Sweden', 'Yxkullsund');
my @alike = (
	['find_clients', 'Wexlersin', 'kvist-blue wexlersen-kvist'], ['find_clients', 'Wexlersin Bluu', 'kvist-blue'], ['find_trips', 'Wexlersin', 'blue-grimbelfest-2028 kvist-walks-2028'],
	['find_trips', 'Grimbelfost', 'blue-grimbelfest-2028'], ['find_trips', 'Yxkullsand', 'blue-yxkullsund-2028'], ['find_trips', 'Wexlersin Grimbelfost', 'blue-grimbelfest-2028']);
my @beside = map { $door->call_text('agent', $_->[0], { query => $_->[1] }) } @alike;
$owner->do("update voygen.clients set name = 'Filler Blue' where agency_id = ? and client_id between 10001 and 10300", undef, $theirs);
$owner->do("update voygen.trips set title = 'Tour' where agency_id = ? and trip_id between 20001 and 20300", undef, $theirs);
$owner->do('delete from voygen.trip_legs where agency_id = ? and trip_id between 20001 and 20300', undef, $theirs);
for my $place (0 .. $#alike)
{
	my ($tool, $query, $expected) = @{ $alike[$place] };
	my $found = call($tool, { query => $query });
	like(slugs($found), qr/^\Q$expected\E/, "$tool: '$query', misspelt, finds ours");
	is($beside[$place], $door->call_text('agent', $tool, { query => $query }), '... and is answered alike with hundreds of such words of another agency');
}

# A trip that was archived is found no more, one that was renamed by its new name
$door->call('agent', 'update_client', { client_id => 1, name => 'Sven Lundquist' });
is(slugs(trips('Lundqist')), 'sven-rome-2028 sven-dublin-2028', 'a new name is found at once');
$door->call('agent', 'archive_trip', { trip_id => 102, confirm => JSON::PP::true });
is(slugs(trips('Lundquist')), 'sven-dublin-2028', 'an archived trip is not');
is(slugs(trips('Lundquist', archived => JSON::PP::true)), 'sven-rome-2028', 'unless it is asked for');

done_testing();
