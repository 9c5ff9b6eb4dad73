package BenchMillion;

# The questions of P-10: kinds, each with as many different arguments as asked for, drawn from the data.

use strict;
use warnings;
use Exporter qw(import);

our @EXPORT = qw(question_kinds);

my @places = qw(Dublin Cancun Rome Tokyo Lisbon Hawaii Paris Bali);

# Kinds in the order of the table: name => [group, code that makes arguments of a random number].
sub question_kinds
{
	my ($dbh, $trips) = @_;
	my $some = sub {
		my ($column, $condition) = @_;
		return $dbh->selectcol_arrayref("select value from (select $column as value from voygen.trips where agency_id = voygen.current_agency() and $condition limit 5000) s group by 1 order by 1 limit 200");
	};
	my $ports = $some->('destination', "destination like 'Port %'");
	my $families = $some->("split_part(slug, '-', 1)", 'true');
	my $id = sub { return 1 + int(rand $trips) };
	my $of = sub { my ($list) = @_; return $list->[ rand @$list ] };
	my $day = sub { my ($from, $range) = @_; return scalar $dbh->selectrow_array('select (current_date + ?::integer)::text', undef, $from + int(rand $range)) };
	my $client = sub { return scalar $dbh->selectrow_array('select slug from voygen.clients where agency_id = voygen.current_agency() and client_id >= ? order by client_id limit 1', undef, 1 + int(rand $trips * 0.6)) };
	my $word = sub { return lc $of->(\@places) };
	return (
		'no filter' => [ filter => sub { {} } ],
		'frequent status' => [ filter => sub { { filters => { status => $of->([qw(completed planning)]) } } } ],
		'rare status' => [ filter => sub { { filters => { status => $of->([qw(in_progress paid_in_full)]) } } } ],
		'part of a frequent destination' => [ filter => sub { { filters => { destination => substr $of->(\@places), 1 } } } ],
		'part of a rare destination' => [ filter => sub { { filters => { destination => lc substr $of->($ports), 5, 7 } } } ],
		'unknown destination' => [ filter => sub { { filters => { destination => 'zanz' . int rand 1000 } } } ],
		'client' => [ filter => sub { { filters => { client => $client->() } } } ],
		'fortnight' => [ filter => sub { my $from = $day->(10, 200); { filters => { starts_after => $from, starts_before => $dbh->selectrow_array('select (?::date + 14)::text', undef, $from) } } } ],
		'long ago' => [ filter => sub { { filters => { starts_before => $day->(-1400, 200) } } } ],
		'low price' => [ filter => sub { { filters => { price_max => 42 + int rand 3 } } } ],
		'wide price' => [ filter => sub { { filters => { price_min => 100 + int(rand 100), price_max => 300 + int(rand 100) } } } ],
		'frequent availability' => [ filter => sub { { filters => { availability => $of->([qw(available not_checked)]) } } } ],
		'rare availability' => [ filter => sub { { filters => { availability => $of->([qw(sold_out extract_failed)]) } } } ],
		'twenty named' => [ filter => sub { { trip_ids => [ map { $id->() } 1 .. 20 ] } } ],
		'status and fortnight' => [ filter => sub { my $from = $day->(10, 100); { filters => { status => 'planning', starts_after => $from, starts_before => $dbh->selectrow_array('select (?::date + 14)::text', undef, $from) } } } ],
		'status and availability' => [ filter => sub { { filters => { status => $of->([qw(cancelled confirmed)]), availability => $of->([qw(sold_out available)]) } } } ],
		'status and price' => [ filter => sub { { filters => { status => 'planning', price_max => 60 + int rand 20 } } } ],
		'destination and price' => [ filter => sub { { filters => { destination => $of->(\@places), price_max => 60 + int rand 40 } } } ],
		'all filters' => [ filter => sub { { query => $of->([qw(tokyo rome lisbon)]), filters => { status => 'planning', destination => 'o', starts_after => $day->(20, 20), price_max => 300, availability => 'available' } } } ],
		'frequent word' => [ words => sub { { query => $word->() } } ],
		'two words' => [ words => sub { { query => $of->(\@places) . ' ' . $of->([qw(june may october)]) } } ],
		'rare words' => [ words => sub { { query => $of->($families) } } ],
		'word in a hundred' => [ words => sub { { query => $word->() . ' honeymoon' } } ],
		'unknown word' => [ words => sub { { query => 'zanzibar' . int rand 1000 } } ],
		'slug' => [ words => sub { { query => scalar $dbh->selectrow_array('select slug from voygen.trips where agency_id = voygen.current_agency() and trip_id = ?', undef, $id->()) } } ],
		'number' => [ words => sub { { query => '' . $id->() } } ],
		'word and status' => [ words => sub { { query => $word->(), filters => { status => $of->([qw(planning completed)]) } } } ],
		'word and low price' => [ words => sub { { query => $word->(), filters => { price_max => 50 + int rand 20 } } } ],
		'by start' => [ sort => sub { { sort => 'start_date' } } ],
		'by start, from a day' => [ sort => sub { { sort => 'start_date', filters => { starts_after => $day->(0, 100) } } } ],
		'by start, status' => [ sort => sub { { sort => 'start_date', filters => { status => $of->([qw(planning confirmed)]) } } } ],
		'by price' => [ sort => sub { { sort => 'price' } } ],
		'by price, from' => [ sort => sub { { sort => 'price', filters => { price_min => 50 + int rand 200 } } } ],
		'by price, status' => [ sort => sub { { sort => 'price', filters => { status => 'planning' } } } ],
		'by price, word' => [ sort => sub { { sort => 'price', query => $word->() } } ],
		'by commission' => [ sort => sub { { sort => 'commission' } } ],
		'by commission, status' => [ sort => sub { { sort => 'commission', filters => { status => 'planning' } } } ],
		'a page deep in all' => [ cursor => sub { { cursor => 'newest~0~-' . $id->() . '~100' } } ],
		'a page deep in a status' => [ cursor => sub { { filters => { status => 'completed' }, cursor => 'newest~0~-' . $id->() . '~100' } } ],
		'a page deep in a word' => [ cursor => sub { { query => $word->(), cursor => 'newest~0~-' . $id->() . '~100' } } ],
		'a page deep by price' => [ cursor => sub { { sort => 'price', cursor => 'price~' . (60 + int rand 300) . '~' . $id->() . '~100' } } ],
	);
}

1;
