# A dump by PostgreSQL's own programs, plain or restored by several connections, brings back everything: rows, marks that
# wait, rights, row security, ids, tokens. Triggers do not mark what a restore only puts back; and where they were kept
# from marking rows that are new, that is seen and can be mended.
use strict;
use warnings;
use DBD::Pg qw(:pg_types);
use Digest::SHA qw(sha256);
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use VoygenTest;
use VoygenMigration;

my $checkout = checkout();
my $folder = tempdir('voygen-dump-XXXX', TMPDIR => 1, CLEANUP => 1);

sub run { my ($command) = @_; my $said = `{ $command; } 2>&1`; is($?, 0, $command =~ s/\Q$folder\E\///gr) or diag($said); return }

# ---- the database that is dumped: two agencies of odd trips, one fresh but for some trips, one waiting as a whole ----

my $source = fresh_database('dump_source');
for my $file ([ 'test/facts_model/odd_trips.sql', '-v', 'trips=25' ], ['test/facts_model.sql'])
{
	my ($name, @options) = @$file;
	system('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', 'dump_source', @options, '-f', "$checkout/$name") == 0 or die "$name failed\n";
}
my %agency = map { $_ => $source->selectrow_array('select agency_id from voygen.agencies where slug = ?', undef, "odd-$_") } qw(one two);

sub refresh_all
{
	my ($db) = @_;
	for my $number (values %agency)
	{
		for (1 .. 20)
		{
			$db->do('select * from voygen.refresh_facts(?)', undef, $number);
			last if !($db->selectrow_array('select count(*) from voygen.facts_dirty where agency_id = ?', undef, $number))[0];
		}
	}
	return;
}

sub drift { my ($db) = @_; return [ map { @{ $db->selectall_arrayref('select * from facts_model.drift(?)', undef, $_) } } values %agency ] }

refresh_all($source);
is_deeply(drift($source), [], 'the source is fresh');
my $insert = $source->prepare("insert into voygen.tokens (agency_id, digest, role) values (?, ?, 'voygen_agent')");
$insert->bind_param(2, sha256('key'), { pg_type => PG_BYTEA });
$insert->bind_param(1, $agency{one});
$insert->execute;
$source->do("update voygen.hotel_cache set price_amount = price_amount + 1 where agency_id = $agency{one} and trip_id in (2, 3, 5)");
$source->do("update voygen.agencies set low_cut = 33 where agency_id = $agency{two}");
$source->do("insert into voygen.facts_failed (agency_id, trip_id, reason, sqlstate) values ($agency{one}, 7, 'on purpose', '22000')");
$source->do("insert into voygen.audit (agency_id, tool, outcome) values ($agency{one}, 'test', 'ok')");

# ---- what must be the same ----

# Number and digest of the rows of every table and sequence.
sub contents
{
	my ($db) = @_;
	my %contents;
	for my $relation (@{ $db->selectall_arrayref("select oid::regclass::text, relkind from pg_class where relnamespace = 'voygen'::regnamespace and relkind in ('r', 'S') order by 1") })
	{
		my ($name, $kind) = @$relation;
		$contents{$name} = join ' ', map { $_ // '' } $db->selectrow_array($kind eq 'S'
			? "select last_value, is_called from $name"
			: "select count(*), md5(string_agg(r::text, E'\\n' order by r::text)) from $name r");
	}
	return \%contents;
}

sub answer
{
	my ($database) = @_;
	my $gateway = connect_to($database, user => 'voygen_gateway');
	my $statement = $gateway->prepare(q{select voygen.call($1,$2,'query_trip_facts','{"limit": 100}')});
	$statement->bind_param(2, sha256('key'), { pg_type => PG_BYTEA });
	$statement->bind_param(1, $agency{one});
	$statement->execute;
	return ($statement->fetchrow_array)[0] =~ s/"refreshed_at":"[^"]*"//gr;
}

sub seen_by_agent
{
	my ($db, $number) = @_;
	$db->begin_work;
	$db->do("set local voygen.agency_id = '$number'");
	$db->do('set local role voygen_agent');
	my $seen = $db->selectall_arrayref('select agency_id, count(*) from voygen.trips group by 1');
	$db->rollback;
	return $seen;
}

my %before = (contents => contents($source), schema => schema_dump('dump_source'),
	inventory => $source->selectall_arrayref('select * from voygen.inventory() order by 1, 2, 3'));
like($before{contents}{'voygen.facts_dirty'}, qr/^[1-9]/, 'marks wait in it');

sub restored
{
	my ($database, $how) = @_;
	my $db = connect_to($database);
	is_deeply(contents($db), $before{contents}, "$how: every row is there, marks and ids too, and none besides");
	is_deeply($db->selectall_arrayref('select * from voygen.inventory() order by 1, 2, 3'), $before{inventory}, "$how: every object and grant");
	same_dump(schema_dump($database), $before{schema}, "$how: the schema as pg_dump sees it");
	is(answer($database), answer('dump_source'), "$how: the token is good, and the same facts are told, fresh where a mark waits");
	is_deeply(seen_by_agent($db, $agency{two}), [ [ $agency{two}, ($db->selectrow_array("select count(*) from voygen.trips where agency_id = $agency{two}"))[0] ] ],
		"$how: an agent sees his agency alone");
	my ($id) = $db->selectrow_array("select voygen.next_id() from set_config('voygen.agency_id', '$agency{one}', false)");
	my ($most) = $db->selectrow_array("select greatest(max(hotel_id), (select max(room_id) from voygen.rooms_cache where agency_id = $agency{one})) from voygen.hotel_cache where agency_id = $agency{one}");
	cmp_ok($id, '>', $most, "$how: ids go on");
	$db->do("delete from voygen.facts_failed where agency_id = $agency{one}");
	$db->do("update voygen.rooms_cache set total_amount = total_amount + 5 where agency_id = $agency{one} and trip_id = 9");
	refresh_all($db);
	is_deeply(drift($db), [], "$how: refreshed, with a change more, the facts equal the recomputation");
	ok(!eval { $db->do('delete from voygen.audit'); 1 }, "$how: the audit is append-only");
	return $db;
}

run("pg_dump dump_source >$folder/plain.sql");
empty_database('dump_plain')->disconnect;
run("psql -XAtq -v ON_ERROR_STOP=1 -d dump_plain -f $folder/plain.sql -o /dev/null");
restored('dump_plain', 'plain')->disconnect;

run("pg_dump -Fc -f $folder/custom.dump dump_source");
empty_database('dump_parallel')->disconnect;
run("pg_restore -j 2 --exit-on-error -d dump_parallel $folder/custom.dump");
my $db = restored('dump_parallel', 'parallel');

# ---- the rows of one table put back, with triggers, and with triggers switched off ----

sub lose_rooms
{
	$db->do("delete from voygen.rooms_cache");
	refresh_all($db);
	$db->do('delete from voygen.facts_dirty');
	return;
}

# The facts without one table's rows, and with them again.
lose_rooms();
run("pg_restore --data-only -t rooms_cache --exit-on-error -d dump_parallel $folder/custom.dump");
cmp_ok($db->selectrow_array('select count(*) from voygen.facts_dirty'), '>', 10, 'rows put back into a table mark their trips');
refresh_all($db);
is_deeply(drift($db), [], '... whose facts are true after a refresh');

lose_rooms();
run("pg_restore --data-only --disable-triggers -t rooms_cache --exit-on-error -d dump_parallel $folder/custom.dump");
is($db->selectrow_array('select count(*) from voygen.facts_dirty'), 0, 'with triggers switched off nothing is marked');
my $program = "$checkout/build/voygen";
{
	local $ENV{VOYGEN_DATABASE_URL} = database_url('dump_parallel');
	my $said = `$program doctor 2>&1`;
	like($said, qr/altered: trigger voygen\.rooms_cache\.mark_insert/, '... and PostgreSQL leaves the triggers otherwise than they were, which the doctor tells');
}
$db->do('call voygen.enable_marking()');
refresh_all($db);
is_deeply(drift($db), [], 'enable_marking marks every trip, so that all facts are true again');
is_deeply($db->selectall_arrayref('select * from voygen.inventory() order by 1, 2, 3'), $before{inventory}, '... and the triggers are as they were');

done_testing();
