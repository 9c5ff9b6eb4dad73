#!/usr/bin/env perl
# P-6: reading one key of every stored document. Ours: lz4 and toast_tuple_target 4080, so that documents stay in line.
# Other side: the same documents in a table as PostgreSQL makes it by default (pglz, out of line above 2 kB).
# Both are written anew, because the stored table is as worn as the lines before have left it; the note has its time, too.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchKit;

my $dbh = connect_bench();
my $agency = agency($dbh);
$dbh->do('drop table if exists bench.facts_plain, bench.facts_ours');
my ($options) = $dbh->selectrow_array("select array_to_string(reloptions, ', ') from pg_class where oid = 'voygen.trip_facts'::regclass");
$dbh->do("create table bench.facts_ours (like voygen.trip_facts including storage including compression) with ($options)");
$dbh->do("insert into bench.facts_ours select * from voygen.trip_facts where agency_id = $agency");
$dbh->do('vacuum analyze bench.facts_ours');
$dbh->do('create table bench.facts_plain (agency_id bigint, trip_id bigint, facts jsonb compression pglz, primary key (agency_id, trip_id))');
$dbh->do("insert into bench.facts_plain select agency_id, trip_id, (facts::text)::jsonb from voygen.trip_facts where agency_id = $agency");
$dbh->do('vacuum analyze bench.facts_plain');
$dbh->do('vacuum analyze voygen.trip_facts');
my ($rows, $inline) = $dbh->selectrow_array(q{
	select count(*), round(avg(pg_column_size(facts))) from voygen.trip_facts where agency_id = ?}, undef, $agency);
die "no facts are stored; P-1 makes them\n" unless $rows;
my $read = "select count(facts ->> 'lead_price_min'), sum((facts ->> 'lead_price_min')::numeric) from %s where agency_id = $agency";
my %sum;
my %time = in_turn(2 * rounds(),
	ours => sub { cpu_used($dbh, sub { $sum{ours} = join ' ', $dbh->selectrow_array(sprintf $read, 'bench.facts_ours') }) / $rows },
	stored => sub { cpu_used($dbh, sub { $dbh->selectrow_array(sprintf $read, 'voygen.trip_facts') }) / $rows },
	plain => sub { cpu_used($dbh, sub { $sum{plain} = join ' ', $dbh->selectrow_array(sprintf $read, 'bench.facts_plain') }) / $rows });
check_equal('sums of the lead prices', $sum{ours}, $sum{plain});
my ($out) = $dbh->selectrow_array(q{select round(avg(pg_column_size(facts))) from bench.facts_plain});
report('P-6', $time{plain} / $time{ours}, duration($time{ours}), duration($time{plain}),
	'per document, one key read; in the stored table as it lies ' . duration($time{stored}) . "; stored size $inline bytes against $out");
$dbh->do('drop table bench.facts_plain, bench.facts_ours');
