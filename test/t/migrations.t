# Every change of the schema can be made, checked and taken back, from every version to every other, with rows in the tables.

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

my $nothing = schema_dump($name);
my %version;

subtest 'the schema goes up change by change' => sub {
	for my $change (@changes)
	{
		ok(eval { migrate($name, 'deploy', '--to', $change); 1 }, "to $change") or diag $@;
		$version{$change} = schema_dump($name);
	}
};

subtest 'it goes back to nothing in one go' => sub {
	ok(eval { migrate($name, 'revert'); 1 }, 'back to nothing') or diag $@;
	same_dump(schema_dump($name), $nothing, 'nothing is left');
};

sub fill
{
	my ($agency) = $db->selectrow_array("select voygen.create_agency('filled', 'Filled')");
	$db->do("insert into voygen.sites (agency_id, site, title) values ($agency, 'navitrip', 'Navitrip') on conflict do nothing");
	my ($user) = $db->selectrow_array("select voygen.create_user($agency, 'a\@b.example', 'A', 'admin')");
	$db->do("select voygen.create_token($agency, 'voygen_admin', $user)");
	my $trip = place_trip($db, $agency, 'rome');
	$db->do("select set_config('voygen.agency_id', '$agency', false)");
	$db->do($_) for (
		"insert into voygen.trip_activities (trip_id, title) values ($trip, 'Walk')",
		"insert into voygen.flights (trip_id, origin, destination) values ($trip, 'DUB', 'FCO')",
		"insert into voygen.transfers (trip_id, kind) values ($trip, 'shuttle')",
		"insert into voygen.bookings (trip_id, kind, site, price_amount, currency) values ($trip, 'hotel', 'navitrip', 360, 'USD')",
		"insert into voygen.payment_schedule (trip_id, due_on, amount, currency) values ($trip, '2027-01-01', 100, 'USD')",
		"insert into voygen.followups (trip_id, due_at) values ($trip, now())",
		"insert into voygen.client_questions (client_id, trip_id, question) select client_id, trip_id, 'Where?' from voygen.trips",
		"insert into voygen.commission_rates (site, commission_percent) values ('navitrip', 10)",
		"insert into voygen.commission_rules (name) values ('A rule')",
		"insert into voygen.commission_volumes (site, window_kind, window_start, currency) values ('navitrip', 'month', '2026-11-01', 'USD')",
		"insert into voygen.commission_audit (trip_id, reason) values ($trip, 'test')",
		"insert into voygen.trip_facts (trip_id, facts) values ($trip, '{}')",
		"insert into voygen.trip_facts_history (trip_id) values ($trip)",
		"insert into voygen.facts_failed (agency_id, trip_id, reason, sqlstate) values ($agency, $trip, 'test', '22000')",
		"insert into voygen.facts_runs (agency_id) values ($agency)",
		"insert into voygen.proposals (trip_id) values ($trip)",
		"insert into voygen.proposal_images (proposal_id, source_url) select proposal_id, 'https://a.example/1.jpg' from voygen.proposals",
		"insert into voygen.extraction_sessions (trip_id, site) values ($trip, 'navitrip')",
		"insert into voygen.extraction_attempts (session_id, attempt) select session_id, 1 from voygen.extraction_sessions",
		"insert into voygen.instruction_sets (name, content, agency_id) values ('own', 'text', $agency)",
		"insert into voygen.template_definitions (name, title, content, category) values ('letter', 'Letter', 'Dear {name}', 'custom')",
		"insert into voygen.template_usage (template_id, trip_id) select template_id, $trip from voygen.template_definitions",
		"insert into voygen.template_processings (template_id, variables_provided, processed_content) select template_id, '{}', 'x' from voygen.template_definitions",
		"insert into voygen.execution_chains (name, title, category, steps) values ('chain', 'Chain', 'custom', '[{}]')",
		"insert into voygen.chain_executions (chain_id, execution_context) select chain_id, '{}' from voygen.execution_chains",
		"insert into voygen.step_executions (execution_id, step_id, step_index) select execution_id, 's', 0 from voygen.chain_executions",
		"insert into voygen.audit (tool, outcome) values ('test', 'ok')",
		"insert into voygen.idempotency_keys (key, tool, args_digest) values ('k', 'test', '\\x00')",
		"insert into voygen.starter_data values ('site', 'test', '{}')",
	);
	$db->do("reset voygen.agency_id");
	return;
}

subtest 'it goes up in one go, is filled, and goes back with rows in every table' => sub {
	ok(eval { migrate($name, 'deploy'); 1 }, 'up') or diag $@;
	same_dump(schema_dump($name), $version{ $changes[-1] }, 'the schema is the one of before');
	fill();
	# 'adopted' is filled by the tables of others only, and has a test of its own.
	my $empty = $db->selectcol_arrayref("
		select c.relname
		from pg_class c
		where c.relnamespace = 'voygen'::regnamespace and c.relkind = 'r' and c.relname <> 'adopted'
		  and (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from voygen.%I', c.relname), true, true, '')))[1]::text = '0'");
	is_deeply($empty, [], 'every table has rows');
	for my $at (reverse 1 .. $#changes)
	{
		my $change = $changes[ $at - 1 ];
		ok(eval { migrate($name, 'revert', '--to', $change); 1 }, "back to $change") or diag $@;
		same_dump(schema_dump($name), $version{$change}, "the schema is that of $change");
	}
	ok(eval { migrate($name, 'revert'); 1 }, 'back to nothing') or diag $@;
	same_dump(schema_dump($name), $nothing, 'nothing is left');
};

subtest 'rows that a version keeps survive going back to it and up again' => sub {
	migrate($name, 'deploy');
	fill();
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

done_testing();
