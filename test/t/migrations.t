# Every change of the schema can be made, checked and taken back, from every version to every other, with rows in the tables.
# Alone on the test cluster: pg_cron works in one database, whose name it needs.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use VoygenTest;
use VoygenMigration;

my $name = 'migrations_steps';
my $db = empty_database($name);
my @changes = changes();

subtest 'a change has a deploy, a revert and a verify, and no script is left over' => sub {
	for my $kind (qw(deploy revert verify))
	{
		my @files = map { s{.*/}{}r =~ s{\.sql$}{}r } glob(checkout() . "/migrations/$kind/*.sql");
		is_deeply([ sort @files ], [ sort @changes ], "$kind scripts are those of the plan");
	}
};

# One script alone, as sqitch runs it, whose start for each change would take longer than the change.
sub run_script { my ($kind, $change) = @_; return psql($name, 'select 1', '-f', checkout() . "/migrations/$kind/$change.sql") }

my $nothing = schema_dump($name);
my %version;

subtest 'the schema goes up change by change' => sub {
	for my $change (@changes)
	{
		ok(eval { run_script('deploy', $change); 1 }, "to $change") or diag $@;
		ok(eval { run_script('verify', $change); 1 }, "$change is verified") or diag $@;
		$version{$change} = schema_dump($name);
	}
	$db = empty_database($name);
};

subtest 'it goes back to nothing in one go' => sub {
	migrate($name, 'deploy');
	ok(eval { migrate($name, 'revert'); 1 }, 'back to nothing') or diag $@;
	same_dump(schema_dump($name), $nothing, 'nothing is left');
};

subtest 'it goes up in one go, is filled, and goes back with rows in every table' => sub {
	ok(eval { migrate($name, 'deploy'); 1 }, 'up') or diag $@;
	same_dump(schema_dump($name), $version{ $changes[-1] }, 'the schema is the one of before');
	fill_agency($db, 'filled');
	# 'adopted' is filled by the tables of others only, and has a test of its own.
	my $empty = $db->selectcol_arrayref("
		select c.relname
		from pg_class c
		where c.relnamespace = 'voygen'::regnamespace and c.relkind = 'r' and c.relname <> 'adopted'
		  and (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from voygen.%I', c.relname), true, true, '')))[1]::text = '0'");
	is_deeply($empty, [], 'every table has rows');
	for my $at (reverse 0 .. $#changes)
	{
		my $before = $at ? $changes[ $at - 1 ] : 'nothing';
		ok(eval { run_script('revert', $changes[$at]); 1 }, "back to $before") or diag $@;
		same_dump(schema_dump($name), $at ? $version{$before} : $nothing, "the schema is that of $before");
	}
	$db = empty_database($name);
};

subtest 'rows that a version keeps survive going back to it and up again' => sub {
	migrate($name, 'deploy');
	fill_agency($db, 'filled');
	my $tables = join ', ', map { "(select count(*) from voygen.$_)" } qw(agencies users tokens sites clients trips trip_legs trip_activities bookings hotel_cache rooms_cache commission_rates);
	my @before = $db->selectrow_array("select $tables, sum(hashtext(t::text)) from voygen.trips t");
	migrate($name, 'revert', '--to', 'commission');
	migrate($name, 'deploy');
	is_deeply([ $db->selectrow_array("select $tables, sum(hashtext(t::text)) from voygen.trips t") ], \@before, 'every row is there');
	same_dump(schema_dump($name), $version{ $changes[-1] }, 'the schema is the one of before');
	my ($marks) = $db->selectrow_array("select count(*) from voygen.facts_dirty where trip_id = 0");
	is($marks, 1, 'the agency is marked, because its trips may have changed while nothing marked them');
	migrate($name, 'revert');
};

subtest 'with the SQL API and the schedule in place it goes back to nothing too, and comes again' => sub {
	my $whole = 'voygen';    # the name pg_cron works in
	my $sound = fresh_database($whole);
	psql($whole, 'select 1', '-1', '-f', checkout() . '/sql/jobs.sql');
	my $before = schema_dump($whole);
	ok(eval { migrate($whole, 'revert'); 1 }, 'back to nothing') or diag $@;
	is_deeply($sound->selectcol_arrayref("select nspname from pg_namespace where nspname like 'voygen%'"), [], 'no schema is left');
	is($sound->selectrow_array("select count(*) from cron.job"), 0, 'nothing is scheduled');
	local $ENV{VOYGEN_CLUSTER} = 'test';
	is(system(checkout() . '/service/cluster/deploy >/dev/null'), 0, 'up');
	same_dump(schema_dump($whole), $before, 'the schema is the one of before');
};

done_testing();
