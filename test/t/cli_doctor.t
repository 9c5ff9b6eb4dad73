# The doctor finds a deployed database healthy, and names what is wrong with a damaged one.
use strict;
use warnings;
use Test::More;
use VoygenTest;
use VoygenProgram;

my $db = fresh_database('cli_doctor');
my $voygen = VoygenProgram->new('cli_doctor');

my $run = $voygen->run('doctor');
is($run->{status}, 0, 'a deployed database is healthy') or diag $run->{out};
for my $check (qw(server version preload migrations inventory roles jobs work queue failed tools gateway))
{
	like($run->{out}, qr/^ok   $check +\S/m, "one line for $check");
}
is(scalar(my @lines = split /\n/, $run->{out}), 12, 'and no line more');

# Damages to different objects, all named by the doctor.
my @damages = (
	[ 'a table', 'drop table voygen.followups cascade', qr/missing: table voygen\.followups/ ],
	[ 'a column', 'alter table voygen.trips drop column notes', qr/missing: column voygen\.trips\.notes/ ],
	[ 'a type', 'alter table voygen.transfers alter column kind type varchar(9)', qr/altered: column voygen\.transfers\.kind \(expected "text", found "character varying\(9\)"\)/ ],
	[ 'an index', 'drop index voygen.idx_audit_at', qr/missing: index voygen\.idx_audit_at/ ],
	[ 'a constraint', 'alter table voygen.agencies drop constraint agencies_cuts_check', qr/missing: constraint voygen\.agencies\.agencies_cuts_check/ ],
	[ 'a trigger', 'alter table voygen.audit disable trigger append_only', qr/altered: trigger voygen\.audit\.append_only .*disabled/ ],
	[ 'a function', "create or replace function voygen.check_agency(agency bigint) returns void language sql as ''", qr/altered: function voygen\.check_agency\(agency bigint\)/ ],
	[ 'a policy', 'drop policy agency on voygen.trips', qr/missing: policy voygen\.trips\.agency/ ],
	[ 'row security', 'alter table voygen.clients disable row level security', qr/altered: table voygen\.clients/ ],
	[ 'a grant too many', 'grant select on voygen.tokens to voygen_reader', qr/grant table voygen\.tokens to voygen_reader/ ],
	[ 'a grant too few', 'revoke select on voygen.agencies from voygen_reader', qr/missing: grant table voygen\.agencies to voygen_reader/ ],
	[ 'a comment', "comment on table voygen.trips is 'x'", qr/altered: comment table voygen\.trips/ ],
	[ 'an object too many', 'create table voygen.stray (x integer)', qr/unexpected: table voygen\.stray/ ],
);
my $victim = fresh_database('cli_doctor_damaged');
$victim->do('set client_min_messages = error');
$victim->do($_->[1]) for @damages;
$victim->disconnect;
$run = VoygenProgram->new('cli_doctor_damaged')->run('doctor');
is($run->{status}, 1, 'a damaged database: status 1');
like($run->{out}, qr/^FAIL inventory.*$_->[2]/ms, "damage to $_->[0] is named") for @damages;
like($run->{out}, qr/^ok   gateway/m, 'damage does not end the visit');

# What is not a matter of objects.
my ($agency) = $db->selectrow_array("select voygen.create_agency('sick', 'Sick Travel')");
$db->do("insert into voygen.facts_failed (agency_id, trip_id, reason, sqlstate, failed_at, attempts) values (?, 7, 'no such price', 'XX000', now(), 3)", undef, $agency);
$run = $voygen->run('doctor');
is($run->{status}, 1, 'a trip set aside is a finding');
like($run->{out}, qr/^FAIL failed +trip 7 of agency $agency was set aside after 3 attempts: no such price/m, 'and named with its reason');
$db->do('delete from voygen.facts_failed');

$db->do("insert into voygen.facts_dirty (agency_id, trip_id, reason, marked_at) values (?, 7, 'test', now() - interval '2 hours')", undef, $agency);
$run = $voygen->run('doctor');
is($run->{status}, 1, 'a mark nobody takes is a finding');
like($run->{out}, qr/^FAIL queue +\d+ marks? waits?, the oldest for 7\d\d\d s/m, 'with its age');
$db->do('delete from voygen.facts_dirty');

$db->do("insert into voygen.job (agency_id, job_id, tool, role, login, run_after) select ?, n, 'x', 'voygen_admin', 'postgres', now() - n * interval '100 seconds' from generate_series(0, 2) n", undef, $agency);
$run = $voygen->run('doctor');
is($run->{status}, 1, 'jobs nobody takes are a finding');
like($run->{out}, qr/^FAIL work +2 jobs wait to be taken, the first for 2\d\d s/m, 'with how long they have waited');
$db->do('delete from voygen.job');

my $last = $db->selectrow_array('select change from sqitch.changes order by committed_at desc, planned_at desc limit 1');
$db->do('delete from sqitch.changes where change = ?', undef, $last);
$run = $voygen->run('doctor');
is($run->{status}, 1, 'a migration not deployed is a finding');
like($run->{out}, qr/^FAIL migrations .*not deployed: $last/m, 'and named');

# No database to look at.
$voygen->{admin} = database_url('cli_doctor_nowhere');
$run = $voygen->run('doctor');
is($run->{status}, 1, 'no database: status 1');
like($run->{out}, qr/^FAIL server +cannot connect to the database: .*"cli_doctor_nowhere" does not exist/m, 'no database: said');

delete @$voygen{qw(admin gateway)};
$voygen->{gateway} = database_url('cli_doctor', 'voygen_gateway');
$run = $voygen->run('doctor');
is($run->{status}, 1, 'no administrator to log in as: status 1');
like($run->{out}, qr/VOYGEN_DATABASE_URL is not set/, 'no administrator to log in as: said');

done_testing();
