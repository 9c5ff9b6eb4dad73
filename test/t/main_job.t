# The main job on four real trips: `voygen demo` loads them through the tools, and what the tools then say equals what
# is worked out from the fixtures in Perl. A second run changes nothing.
use strict;
use warnings;
use utf8;
use Encode qw(decode_utf8);
use JSON::PP;
use List::Util qw(max min sum);
use Test::More;
use DemoModel;
use VoygenTest;
use VoygenProgram;

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output todo_output);

my $db = fresh_database('main_job');
my $voygen = VoygenProgram->new('main_job');
my $json = JSON::PP->new->utf8->allow_bignum->canonical;

sub called
{
	my ($tool, $arguments) = @_;
	my $run = $voygen->run({ in => $json->encode($arguments) }, 'call', $tool, '-');
	is($run->{status}, 0, "$tool runs") or diag $run->{err};
	return $run->{status} eq '0' ? $json->decode($run->{out}) : {};
}

# Everything a second run could change, but for the records of what was asked.
sub fingerprint
{
	my @tables = $db->selectcol_arrayref("select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = 'voygen' and c.relkind = 'r' and c.relname not in ('audit', 'commission_audit', 'facts_runs') order by 1")->@*;
	return { map { $_ => $db->selectrow_array("select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from $_ t") } @tables };
}

# Without a token nothing is loaded; --prepare gives one, once.
my $run = $voygen->run('demo');
is($run->{status}, 1, 'without a token there is no demo');
like($run->{err}, qr/VOYGEN_TOKEN/, 'and that is said');
$run = $voygen->run('demo', '--prepare');
is($run->{status}, 0, 'the demo agency is prepared') or diag $run->{err};
like($run->{out}, qr/^vg_\d+_\S+\n\z/, 'and a token printed');
chomp($voygen->{token} = $run->{out});
$run = $voygen->run('demo', '--prepare');
is("$run->{status}:$run->{out}", '0:', 'preparing again keeps agency, people and token');

# The trips go into no other agency.
{
	$db->do("select voygen.create_agency('other', 'Other Travel')");
	local $voygen->{token} = $voygen->new_token('other', 'admin');
	$run = $voygen->run('demo');
	is($run->{status}, 1, 'a token of another agency is refused');
	like($run->{err}, qr/another agency than demo/, 'and that is said');
	is($db->selectrow_array('select count(*) from voygen.trips'), 0, 'and nothing loaded');
}

# The first run.
$run = $voygen->run('demo');
is($run->{status}, 0, 'the demo runs') or diag $run->{err};
my $said = decode_utf8($run->{out});
like($said, qr/^trip demo-client-$_\S*$/m, "trip $_ is named") for qw(dublin cancun rome tokyo);
like($said, qr/^Shortlist.*^  low +\d.*^  medium +\d.*^  high +\d/ms, 'a shortlist of three tiers is printed');
like($said, qr/^Best commission, whatever.*2896\.66.*^Best commission of navitrip within a budget.*1848\.77.*gain of 620\.49 \(50\.5/ms, 'and the best commission');
like($said, qr/^Where to look next.*voygen call/ms, 'and where to look next');

# The second.
my $before = fingerprint();
$run = $voygen->run('demo');
is($run->{status}, 0, 'the demo runs again') or diag $run->{err};
is_deeply(fingerprint(), $before, 'and changes nothing');
unlike(decode_utf8($run->{out}), qr/[1-9]\d* hotels new|[1-9]\d* changed/, 'which it says');

my %slug = map { /^trip (demo-client-(\w+)\S*)$/ ? ($2 => $1) : () } split /\n/, $said;
for my $name (qw(dublin cancun rome tokyo))
{
	my $fixture = DemoModel::fixture($name);
	my @listings = DemoModel::listings($fixture);
	my @hotels = DemoModel::hotels(@listings);
	my $tiers = DemoModel::tiers(@hotels);
	my $best = max(map { $_->{commission} // 0 } @listings);
	my ($cheapest) = sort { $a <=> $b } map { $_->{nightly} } @listings;

	my $trip = called('query_trip_facts', { trip_ids => [ $slug{$name} ] })->{trips}[0];
	my $facts = $trip->{facts};
	is($facts->{title}, $fixture->{trip}{title}, "$name: title");
	is($facts->{nights}, DemoModel::nights($fixture), "$name: nights");
	is(scalar @{ $facts->{hotels} }, scalar @listings, "$name: every listing is kept, double ones too");
	cmp_ok(scalar @hotels, '<', scalar @listings, "$name: some are listed more than once");
	is_deeply([ sort map { $_->{name} } @{ $facts->{hotels} } ], [ sort map { $_->{name} } @listings ], "$name: names are whole");
	is(scalar @{ $facts->{activities} }, scalar @{ $fixture->{activities} }, "$name: excursions");
	is(scalar @{ $facts->{flights} }, scalar @{ $fixture->{flights} }, "$name: flights");
	is(DemoModel::cents($facts->{lead_price_min}), $cheapest, "$name: lowest price a night");
	is(DemoModel::cents($trip->{lead_price_min}), $cheapest, "$name: the same beside the document");
	is(DemoModel::cents($facts->{total_commission_potential}), $best, "$name: best commission");

	my %listing = map { $_->{key} => $_ } @listings;
	my @wrong = grep {
		my $model = $listing{ $_->{key} };
		!$model || DemoModel::cents($_->{nightly}) != $model->{nightly}
			|| DemoModel::cents($_->{total}) != $model->{total}
			|| (defined $_->{commission} ? DemoModel::cents($_->{commission}) : 'none') ne ($model->{commission} // 'none')
			|| ($_->{commission_source} // 'none') ne (defined $model->{commission} ? 'stated' : 'none')
	} @{ $facts->{hotels} };
	is_deeply(\@wrong, [], "$name: price, total and commission of each listing");

	my $leg = $facts->{legs}[0];
	is_deeply([ map { $leg->{tiers}{$_} + 0 } qw(low medium high) ], [ @$tiers{qw(low medium high)} ], "$name: how many are low, medium, high");
	is($leg->{tiers}{method}, 'percentile', "$name: by percentile");
	my %price = map { $_->{same} => $_->{nightly} } @hotels;
	@wrong = grep { $_->{tier} ne DemoModel::tier_of($price{ $listing{ $_->{key} }{same} }, $tiers) } @{ $facts->{hotels} };
	is_deeply(\@wrong, [], "$name: each listing has the tier of its hotel at its cheapest");

	# The shortlist is made of the same hotels in the same tiers.
	my $shortlist = called('shortlist_hotels', { trip_id => $slug{$name} });
	for my $tier (qw(low medium high))
	{
		my @picks = @{ $shortlist->{tiers}{$tier} // [] };
		cmp_ok(scalar @picks, '>', 0, "$name: picks for $tier");
		@wrong = grep { !$listing{ $_->{hotel_key} } || DemoModel::tier_of($listing{ $_->{hotel_key} }{nightly}, $tiers) ne $tier } @picks;
		is_deeply(\@wrong, [], "$name: every pick of $tier is $tier");
		ok(!(grep { !length($_->{reason} // '') } @picks), "$name: each with its reason");
	}

	# The best commission: without limits the largest there is; under a budget the largest that fits it.
	my ($first) = sort { $a->{total} <=> $b->{total} || $a->{key} cmp $b->{key} } @listings;
	for my $budget (undef, 5000, 3000)
	{
		my @fitting = grep { !defined $budget || $_->{total} <= $budget * 100 } @listings;
		my ($choice) = sort { ($b->{commission} // 0) <=> ($a->{commission} // 0) || $a->{total} <=> $b->{total} } @fitting;
		my $found = called('optimize_commission', { trip_id => $slug{$name}, defined $budget ? (budget => $budget) : () });
		my $limit = defined $budget ? "under $budget" : 'without limit';
		is(DemoModel::cents($found->{total_commission} // 0), $choice->{commission} // 0, "$name: best commission $limit");
		is(DemoModel::cents($found->{total_price}), $choice->{total}, "$name: its price $limit");
		is($found->{selection}[0]{hotel_key}, $choice->{key}, "$name: the hotel $limit");
		is(DemoModel::cents($found->{baseline}{total_price}), $first->{total}, "$name: the cheapest beside it $limit");
		is(DemoModel::cents($found->{client_cost_delta}), $choice->{total} - $first->{total}, "$name: what it costs the client $limit");
	}
}

is(scalar @{ called('verify_facts', {})->{drifted} }, 0, 'the facts do not drift');

done_testing();
