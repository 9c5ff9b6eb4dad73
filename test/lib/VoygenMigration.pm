package VoygenMigration;

# Walking a database through the versions of its schema.

use strict;
use warnings;
use Exporter qw(import);
use File::Temp;
use Test::More;
use VoygenTest;

our @EXPORT = qw(changes migrate schema_dump same_dump place_agency place_trip fill_agency);

# Names of the changes in the order of the plan.
sub changes
{
	open my $plan, '<', checkout() . '/migrations/sqitch.plan' or die "sqitch.plan: $!\n";
	return map { /^([a-z]\w*) / ? $1 : () } <$plan>;
}

# migrate($database, 'deploy' | 'revert', @options): dies with what sqitch said when it fails.
sub migrate
{
	my ($database, @arguments) = @_;
	local $ENV{PGDATABASE} = $database;
	my $program = checkout() . '/migrations/migrate';
	my $output = `$program @arguments 2>&1`;
	die "migrate @arguments failed:\n$output" if $?;
	return $output;
}

# The schema as pg_dump says it, without its own noise, sqitch's notes about the past, and the sequences agencies bring.
sub schema_dump
{
	my ($database) = @_;
	my $dump = `pg_dump -s -N sqitch -T 'voygen.ids_[0-9]*' '$database'`;
	die "pg_dump of $database failed\n" if $?;
	$dump =~ s/^\\(?:un)?restrict .*\n//mg;
	$dump =~ s/^--.*\n//mg;
	return $dump;
}

# Compares two dumps and shows only the lines that differ.
sub same_dump
{
	my ($got, $expected, $what) = @_;
	return pass($what) if $got eq $expected;
	my %files = (expected => File::Temp->new, got => File::Temp->new);
	$files{expected}->print($expected);
	$files{got}->print($got);
	$_->flush for values %files;
	my $difference = `diff $files{expected} $files{got}`;
	fail($what);
	return diag($difference);
}

# An agency by plain SQL, for versions that cannot found one yet.
sub place_agency
{
	my ($db, $agency) = @_;
	$db->do("insert into voygen.agencies (agency_id, slug, name) values ($agency, 'agency-$agency', 'Agency $agency')");
	$db->do("create sequence voygen.ids_$agency");
	$db->do("insert into voygen.sites (agency_id, site, title) values ($agency, 'navitrip', 'Navitrip')");
	return;
}

# A client with a trip, a leg, a hotel and a room; answers the trip's number.
sub place_trip
{
	my ($db, $agency, $slug) = @_;
	$db->do("select set_config('voygen.agency_id', '$agency', false)");
	my ($client) = $db->selectrow_array("insert into voygen.clients (slug, name) values ('client-$slug', 'Client of $slug') returning client_id");
	my ($trip) = $db->selectrow_array("insert into voygen.trips (slug, client_id, title, destination, start_date, end_date)
		values ('$slug', $client, 'A trip', 'Rome', '2027-05-01', '2027-05-04') returning trip_id");
	my ($leg) = $db->selectrow_array("insert into voygen.trip_legs (trip_id, seq, city) values ($trip, 1, 'Rome') returning leg_id");
	my ($hotel) = $db->selectrow_array("insert into voygen.hotel_cache (trip_id, leg_id, site, hotel_key, name, price_amount, currency, price_basis, availability_status, checked_at)
		values ($trip, $leg, 'navitrip', 'navitrip:1', 'Hotel One', 120, 'USD', 'per_night', 'available', now()) returning hotel_id");
	$db->do("insert into voygen.rooms_cache (trip_id, hotel_id, room_key, name, nightly_amount, currency) values ($trip, $hotel, 'r1', 'Double', 120, 'USD')");
	$db->do("reset voygen.agency_id");
	return $trip;
}

# Founds an agency and puts at least one row into each of its tables; answers its number.
sub fill_agency
{
	my ($db, $slug) = @_;
	my ($agency) = $db->selectrow_array("select voygen.create_agency('$slug', 'Agency $slug')");
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
		"insert into voygen.client_questions (client_id, trip_id, question) select client_id, trip_id, 'Where?' from voygen.trips where agency_id = $agency",
		"insert into voygen.commission_rates (site, commission_percent) values ('navitrip', 10)",
		"insert into voygen.commission_rules (name) values ('A test rule')",
		"insert into voygen.commission_volumes (site, window_kind, window_start, currency) values ('navitrip', 'month', '2026-11-01', 'USD')",
		"insert into voygen.commission_audit (trip_id, reason) values ($trip, 'test')",
		"insert into voygen.trip_facts (trip_id, facts) values ($trip, '{}')",
		"insert into voygen.trip_facts_history (trip_id) values ($trip)",
		"insert into voygen.facts_failed (agency_id, trip_id, reason, sqlstate) values ($agency, $trip, 'test', '22000')",
		"insert into voygen.facts_runs (agency_id) values ($agency)",
		"insert into voygen.proposals (trip_id) values ($trip)",
		"insert into voygen.proposal_images (proposal_id, source_url) select proposal_id, 'https://a.example/1.jpg' from voygen.proposals where agency_id = $agency",
		"insert into voygen.proposal_lines (proposal_id, place, kind, label, counted) select proposal_id, 1, 'hotel', 'Hotel One', false from voygen.proposals where agency_id = $agency",
		"insert into voygen.proposal_documents (proposal_id, kind, content, digest) select proposal_id, 'html', 'x', sha256('x') from voygen.proposals where agency_id = $agency",
		"insert into voygen.pictures (digest, mime_type, width, height, content) values (sha256('x'), 'image/png', 1, 1, 'x')",
		"insert into voygen.proposal_shares (proposal_id, digest, expires_at) select proposal_id, sha256('x'), now() from voygen.proposals where agency_id = $agency",
		"insert into voygen.proposal_decisions (proposal_id, share_id, decision, name, version_digest) select proposal_id, share_id, 'declined', 'A', digest from voygen.proposal_shares where agency_id = $agency",
		"insert into voygen.outbox (proposal_id, job_id, kind, sender, recipients, message_id) select proposal_id, 1, 'cover', 'a\@b', '{c\@d}', '<1\@b>' from voygen.proposals where agency_id = $agency",
		"insert into voygen.hotel_choices (trip_id, hotel_id) select trip_id, hotel_id from voygen.hotel_cache where agency_id = $agency",
		"insert into voygen.extraction_sessions (trip_id, site) values ($trip, 'navitrip')",
		"insert into voygen.extraction_attempts (session_id, attempt) select session_id, 1 from voygen.extraction_sessions where agency_id = $agency",
		"insert into voygen.instruction_sets (name, content, agency_id) values ('own', 'text', $agency)",
		"insert into voygen.feature_flags (flag, is_on, reason) values ('apps', false, 'test')",
		"select voygen.create_identity($agency, 'https://issuer.example', 'subject of $agency', 'voygen_agent')",
		"insert into voygen.template_definitions (name, title, content, category) values ('letter', 'Letter', 'Dear {name}', 'custom')",
		"insert into voygen.template_usage (template_id, trip_id) select template_id, $trip from voygen.template_definitions where agency_id = $agency",
		"insert into voygen.template_uses (template_id) select template_id from voygen.template_definitions where agency_id = $agency",
		"insert into voygen.template_processings (template_id, variables_provided, processed_content) select template_id, '{}', 'x' from voygen.template_definitions where agency_id = $agency",
		"insert into voygen.execution_chains (name, title, category, steps) values ('chain', 'Chain', 'custom', '[{}]')",
		"insert into voygen.chain_executions (chain_id, execution_context) select chain_id, '{}' from voygen.execution_chains where agency_id = $agency",
		"insert into voygen.step_executions (execution_id, step_id, step_index) select execution_id, 's', 0 from voygen.chain_executions where agency_id = $agency",
		"insert into voygen.audit (tool, outcome) values ('test', 'ok')",
		"insert into voygen.job (tool, role, login) values ('test', 'voygen_admin', 'postgres')",
		"insert into voygen.job_parts (job_id, place, content) select job_id, 1, 'x' from voygen.job where agency_id = $agency",
		"insert into voygen.idempotency_keys (key, tool, args_digest) values ('k', 'test', '\\x00')",
		"insert into voygen.starter_data values ('site', 'test', '{\"title\": \"Test\", \"kind\": \"web\"}') on conflict do nothing",
	);
	$db->do("reset voygen.agency_id");
	return $agency;
}

1;
