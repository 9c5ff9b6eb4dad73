# The disk that holds facts and marks is full. What cannot be written fails with a plain error and leaves nothing half
# done; once there is room again everything goes on, and no fact has drifted. Random forms of this are in
# test/soak/stress.sh.
# Alone on the test cluster: the disk is taken away from a server that is stopped.
use strict;
use warnings;
use Test::More;
use VoygenTest;
use FactsStress;

my $db = fresh_database('facts_full_disk');
my $stress = FactsStress->new(database => 'facts_full_disk', trips => 15);
$stress->fill;
$stress->settle;
my $disk = eval { $stress->small_disk(16) };
ok($disk, 'facts and marks lie on a small disk') or do { diag($@); done_testing(); exit };
my ($agency) = $stress->agencies;
$db->do("set voygen.agency_id = '$agency'; set client_min_messages = error");

sub count_of { my ($table) = @_; return scalar $db->selectrow_array("select count(*) from voygen.$table where agency_id = $agency") }
sub fails_full
{
	my ($statement, $what) = @_;
	my $done = eval { $db->do($statement); 1 };
	is($db->state, '53100', "$what fails for want of room") or diag($done ? 'it did not fail' : $@);
	like($db->errstr // '', qr/could not extend file .*No space left on device/, '... and says so');
	return;
}

$disk->fill;

# Users' writes go on while there is room in the last page of the queue, and fail whole when there is none.
my $written = 0;
$written++ while $written < 5000 && eval { $db->do("update voygen.trips set title = 'Written $written' where agency_id = $agency and trip_id = 1 + $written % 15"); 1 };
is($db->state, '53100', "a user's write fails for want of room after $written") or diag($db->errstr);
is($db->selectrow_array("select count(*) from voygen.trips where agency_id = $agency and title = 'Written $written'"), 0, '... and has not happened');
cmp_ok(count_of('facts_dirty'), '>=', $written, 'every write that succeeded has left its mark');
$db->begin_work;
$db->do('savepoint s');
fails_full("insert into voygen.trips (slug, client_id, title, destination) select 'lost-' || i, 1, 'Lost', 'Rome' from generate_series(1, 3000) i", 'a write in a savepoint');
$db->do('rollback to s');
$db->do("update voygen.trips set notes = 'kept' where agency_id = $agency and trip_id = 1");
$db->commit;
is($db->selectrow_array("select notes from voygen.trips where agency_id = $agency and trip_id = 1"), 'kept', 'the rest of its transaction goes on');
is($db->selectrow_array("select count(*) from voygen.trips where agency_id = $agency and title = 'Lost'"), 0, '... without what failed');

# Readers need no room. Every document is to change, so that there is no page to put them all in.
my ($read) = $db->selectrow_array("select (t.trips[1]).facts ->> 'title' from voygen_api.query_trip_facts(trip_ids => array['1']) t");
is($read, $db->selectrow_array("select title from voygen.trips where agency_id = $agency and trip_id = 1"), 'what changed is read fresh');
my $marks = count_of('facts_dirty');
$db->do("alter table voygen.hotel_cache disable trigger mark_update");
$db->do("update voygen.hotel_cache set name = name || '-' || repeat(md5(random()::text), 20) where agency_id = $agency");
$db->do("alter table voygen.hotel_cache enable always trigger mark_update");
fails_full("select voygen.refresh_facts($agency, null, true)", 'a refresh');
is(count_of('facts_dirty'), $marks, '... and leaves the marks where they were');
is(count_of('facts_failed'), 0, '... and blames no trip');
$db->do("call voygen.refresh_job('1 s')");
is($db->selectrow_array("select count(*) from voygen.facts_runs where agency_id = $agency and error like 'could not extend file%'"), 1, 'the job notes what stopped it');

$stress->power_cut;
$db = connect_to('facts_full_disk');
$disk->free;
$db->do("call voygen.enable_marking()");
$stress->settle;
is_deeply([$stress->drift], [], 'with room again, no fact has drifted') or diag(FactsStress::drift_text($stress->drift));
is_deeply([$stress->left_over], [], 'and nothing is left over');
$db->disconnect;
VoygenTest::drop_database('facts_full_disk');
$disk->remove;
done_testing();
