#!/usr/bin/env perl
# P-10: questions to query_trip_facts of an agency with a million trips among 200 others, asked
# through voygen.call with an agent's token and directly as voygen_agent, row security on; and how fast its facts are refreshed.
#
# BENCH_MILLION_TRIPS (100000) is the largest size; 10,000 and 100,000 are measured on the way. BENCH_MILLION_CALLS (200)
# calls of each kind count, after fifteen that do not: a new backend pays for the first touch of every page of shared memory, and a
# gateway's connections live long. A call's figure is the CPU time of its backend.
use strict;
use warnings;
use DBD::Pg qw(:pg_types);
use Digest::SHA qw(sha256);
use FindBin;
use JSON::PP;
use lib "$FindBin::Bin/lib";
use BenchKit;
use BenchMillion;

my $largest = $ENV{BENCH_MILLION_TRIPS} // 100_000;
my $calls = $ENV{BENCH_MILLION_CALLS} // 200;
my $limit = 5e-3;
my $json = JSON::PP->new->canonical->allow_nonref;

# The value below which 99 of 100 lie.
sub p99 { my @sorted = sort { $a <=> $b } @_; return $sorted[ int(0.99 * @sorted + 0.999999) - 1 ] }

# The facts, by the refresher itself; then those of up to 50,000 trips anew, as if they had never been built: trips a CPU second.
sub refresh_rate
{
	my ($dbh, $trips) = @_;
	my ($agency, $part) = (agency($dbh), $trips < 50_000 ? $trips : 50_000);
	$dbh->do("call voygen.refresh_job('1 day')");
	$dbh->do('delete from voygen.trip_facts where agency_id = ? and trip_id <= ?', undef, $agency, $part);
	$dbh->do("insert into voygen.facts_dirty (agency_id, trip_id, reason) select ?, t, 'benchmark' from generate_series(1, ?::bigint) t", undef, $agency, $part);
	$dbh->do('vacuum analyze voygen.trip_facts, voygen.facts_dirty');
	my $cpu = cpu_used($dbh, sub { $dbh->do("call voygen.refresh_job('1 day')") });
	my ($left) = $dbh->selectrow_array('select count(*) from voygen.trips t where not exists (select from voygen.trip_facts f where (f.agency_id, f.trip_id) = (t.agency_id, t.trip_id))');
	die "$left trips have no facts after the refresh\n" if $left;
	$dbh->do('vacuum analyze voygen.trip_facts, voygen.facts_dirty, voygen.trips');
	return $part / $cpu;
}

# A token of an agent, and the statement of the door.
sub door
{
	my ($dbh) = @_;
	my $agency = agency($dbh);
	my $token = $dbh->prepare("insert into voygen.tokens (agency_id, digest, role) values ($agency, ?, 'voygen_agent') on conflict do nothing");
	$token->bind_param(1, sha256('bench'), { pg_type => PG_BYTEA });
	$token->execute;
	my $gateway = connect_bench(user => 'voygen_gateway', bare => 1);
	my $statement = $gateway->prepare('select voygen.call($1, $2, $3, $4)');
	$statement->bind_param(2, sha256('bench'), { pg_type => PG_BYTEA });
	return ($gateway, sub {
		my ($tool, $arguments) = @_;
		$statement->execute($agency, sha256('bench'), $tool, $json->encode($arguments));
		return scalar $statement->fetchrow_array;
	});
}

# The same question as voygen_agent, without the door.
sub direct
{
	my $dbh = connect_bench();
	$dbh->do('set role voygen_agent');
	my $statement = $dbh->prepare('select q.total, f.* from voygen_api.query_trip_facts(query => $1, trip_ids => $2, filters => jsonb_populate_record(null::voygen_api.facts_filters, $3::jsonb), cursor => $4, sort => $5) q left join lateral unnest(q.trips) f on true');
	return ($dbh, sub {
		my ($tool, $arguments) = @_;
		$statement->execute($arguments->{query}, $arguments->{trip_ids}, $json->encode($arguments->{filters} // {}), $arguments->{cursor}, $arguments->{sort} // 'newest');
		return $statement->fetchall_arrayref;
	});
}

# CPU times of one kind of question.
sub cpu_times
{
	my ($dbh, $ask, $tool, $make) = @_;
	srand 1;
	my @questions = map { $make->() } 1 .. $calls + 15;
	$ask->($tool, $_) for splice @questions, 0, 15;
	return map { my $question = $_; cpu_used($dbh, sub { $ask->($tool, $question) }) } @questions;
}

# Bytes of a table, its out-of-line part and its indexes.
sub storage
{
	my ($dbh) = @_;
	return $dbh->selectrow_array(q{
		select round(avg(pg_column_size(facts))), pg_table_size('voygen.trip_facts'), pg_indexes_size('voygen.trip_facts'), pg_indexes_size('voygen.trips'),
			(select sum(pg_total_relation_size(c.oid)) from pg_class c where c.relnamespace = 'voygen'::regnamespace and c.relkind = 'r')
		from voygen.trip_facts tablesample system (5)});
}

sub measure
{
	my ($trips) = @_;
	chomp(my $database = `$FindBin::Bin/million.sh $trips`);
	die "the data for $trips trips could not be made\n" if $?;
	local $ENV{PGDATABASE} = $database;
	my $dbh = connect_bench();
	my %result = (trips => $trips, rate => refresh_rate($dbh, $trips));
	($result{built}) = $dbh->selectrow_array('select count(*) from voygen.trip_facts');
	@result{qw(document facts facts_indexes trips_indexes all)} = storage($dbh);
	my ($gateway, $door) = door($dbh);
	my ($agent, $directly) = direct();
	my @kinds = question_kinds($dbh, $trips);
	while (my ($kind, $of) = splice @kinds, 0, 2)
	{
		my ($group, $make) = @$of;
		my @called = cpu_times($gateway, $door, 'query_trip_facts', $make);
		my @direct = cpu_times($agent, $directly, undef, $make);
		push @{ $result{kinds} }, { kind => $kind, group => $group, p50 => median(@called), p99 => p99(@called), direct => p99(@direct) };
	}
	undef $door; undef $directly; # they hold statements of the connections
	$_->disconnect for $dbh, $gateway, $agent;
	if (($ENV{BENCH_DATABASE_KEEP} // 'yes') eq 'no')
	{
		my $postgres = DBI->connect('dbi:Pg:dbname=postgres', $ENV{PGUSER}, '', { RaiseError => 1 });
		$postgres->do("drop database $database with (force)");
	}
	return \%result;
}

# The table of growth, for the chart and the README.
sub write_table
{
	my ($file, @results) = @_;
	open my $out, '>', $file or die "cannot write $file: $!\n";
	print $out join("\t", qw(trips group kind p50_us p99_us direct_p99_us)), "\n";
	for my $result (@results)
	{
		print $out join("\t", $result->{trips}, @$_{qw(group kind)}, map { sprintf '%.0f', 1e6 * $_ } @$_{qw(p50 p99 direct)}), "\n" for @{ $result->{kinds} };
		print $out join("\t", $result->{trips}, 'storage', $_, sprintf('%.0f', $result->{$_} / $result->{built}), '', ''), "\n" for qw(facts facts_indexes trips_indexes all);
		print $out join("\t", $result->{trips}, 'refresh', 'trips a second', sprintf('%.0f', $result->{rate}), '', ''), "\n";
	}
	close $out or die "cannot write $file: $!\n";
	return;
}

my @results = map { measure($_) } (grep { $_ < $largest } 10_000, 100_000), $largest;
write_table($ENV{BENCH_MILLION_TABLE}, @results) if $ENV{BENCH_MILLION_TABLE};
my $last = $results[-1];
my $first = $results[0];

sub worst
{
	my ($key, @kinds) = @_;
	return (sort { $b->{$key} <=> $a->{$key} } @kinds)[0];
}

sub line
{
	my ($id, $key, $what, @groups) = @_;
	my @kinds = grep { my $kind = $_; grep { $_ eq $kind->{group} } @groups } @{ $last->{kinds} };
	my $worst = worst($key, @kinds);
	report($id, $limit / $worst->{$key}, duration($worst->{$key}), '5ms',
		"p99 of the slowest of " . @kinds . " $what ($worst->{kind}) at $last->{trips} trips; median of all " . duration(median(map { $_->{p50} } @kinds)));
	return;
}

line('P-10a', 'p99', 'filters through the door', 'filter');
line('P-10b', 'p99', 'kinds of words through the door', 'words');
line('P-10c', 'p99', 'orders through the door', 'sort');
line('P-10d', 'p99', 'pages by cursor through the door', 'cursor');
line('P-10e', 'direct', 'kinds asked directly as voygen_agent', qw(filter words sort cursor));
report('P-10f', $last->{rate} / $first->{rate}, per_second($last->{rate}), per_second($first->{rate}), "trips refreshed a CPU second at $last->{trips} trips, against $first->{trips}");
