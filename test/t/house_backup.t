# `make backup` and `make restore`: what was there answers the same afterwards, and a restore that fails changes nothing.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use Checkout;

my $base = tempdir('voygen-backup-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $base;
my $here = Checkout->new("$base/checkout");
my ($status, $output) = $here->make('up');
is($status, 0, 'make up succeeds') or diag($output);

# The stored facts, the facts a tool answers, the schema as pg_dump sees it, the jobs, and where ids go on.
sub answers
{
	return (
		$here->query("select md5(string_agg(facts::text, ',' order by agency_id, trip_id)) from voygen.trip_facts"),
		($here->run('set -a; . .voygen/env; build/voygen call query_trip_facts'))[1],
		($here->run("eval \"\$(service/cluster/env)\" && pg_dump -s | sed '/restrict/d' | md5sum"))[1],
		$here->query(q(select string_agg(concat_ws(' ', jobname, schedule, command, database, username, active), '; ' order by jobname) from cron.job)),
		$here->query('select last_value, is_called from voygen.ids_1'));
}

$here->query(q(create role voygen_test_desk login password 'x'));
$here->query(q(grant voygen_agent to voygen_test_desk));
$here->query(q(alter role voygen_test_desk in database voygen set voygen.agency_id = '1'));
my @before = answers();
isnt($before[0], '', 'there are facts');
like($before[1], qr/"trips"/, 'the tool answers');
like($before[3], qr/voygen_refresh \* \* \* \* \* call voygen\.refresh_job\(\) voygen voygen_jobs t/, 'jobs are scheduled');

($status, $output) = $here->make('backup', "FILE=$base/one.dump");
is($status, 0, 'make backup succeeds') or diag($output);
is((stat "$base/one.dump")[2] & 0777, 0600, 'the backup is for its owner alone');

$here->query('truncate voygen.trips cascade');
is($here->query('select count(*) from voygen.trips'), '0', 'the trips are gone');
$here->query('drop owned by voygen_test_desk');
$here->query('drop role voygen_test_desk');

($status, $output) = $here->make('restore', "FILE=$base/one.dump");
is($status, 0, 'make restore succeeds') or diag($output);
my @after = answers();
is($after[0], $before[0], 'the stored facts are those of before');
is($after[1], $before[1], 'query_trip_facts answers the same');
is($after[2], $before[2], 'the schema is that of before');
is($after[3], $before[3], 'the jobs are those of before');
is($after[4], $before[4], 'ids go on where they were');
is($here->query(q(select count(*) from pg_stat_activity where backend_type = 'pg_cron launcher')), '1', 'the scheduler of jobs is awake');
is($here->query(q(select setconfig::text from pg_db_role_setting where setrole = 'voygen_test_desk'::regrole)),
	'{voygen.agency_id=1}', 'a login and the agency set for it are back');
is($here->query(q(select count(*) from pg_database where datname like 'voygen_before%')), '0', 'nothing is left set aside');

# A file cut short must not cost the database.
system("head -c 60000 '$base/one.dump' > '$base/cut.dump'");
($status, $output) = $here->make('restore', "FILE=$base/cut.dump");
isnt($status, 0, 'a backup cut short is refused');
is((answers())[0], $before[0], '... and the database is what it was');
($status, $output) = $here->make('restore');
isnt($status, 0, 'make restore without a file fails');
like($output, qr/which backup\?/, '... and says what is missing');

$here->make('down');
done_testing();
