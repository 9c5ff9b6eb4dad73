# Long work: jobs are begun by tools, done in steps by whoever takes them, with the rights of whoever asked; who sees,
# cancels and answers them.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;
use JobTest qw(count_up_tool);
use VoygenTest;

my $door = CallTest->new('api_jobs');
my $owner = $door->owner;
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);
my $worker = JobTest->new($door);
count_up_tool($owner);
my $sunny = $door->agency('sunny');
my ($ann, $bob, $chief) = map { $owner->selectrow_array('select voygen.create_user(?, ?, ?, ?)', undef, $sunny, "$_->[0]\@sunny.example", $_->[0], $_->[1]) } [ Ann => 'agent' ], [ Bob => 'agent' ], [ Chief => 'admin' ];
$door->add_token('sunny', 'ann', 'voygen_agent', user_id => $ann);
$door->add_token('sunny', 'ann2', 'voygen_agent', user_id => $ann);
$door->add_token('sunny', 'bob', 'voygen_agent', user_id => $bob);
$door->add_token('sunny', 'chief', 'voygen_admin', user_id => $chief);

sub row { my ($job) = @_; return $owner->selectrow_hashref('select * from voygen.job where agency_id = ? and job_id = ?', undef, $sunny, $job) }
sub counted { my ($job) = @_; return $owner->selectrow_array('select count(*) from voygen.counted where job_id = ?', undef, $job) }

subtest 'a job is begun at once, done in steps, and told of' => sub {
	my $begun = $door->call('ann', 'count_up', { times => 3, secret => 'xyzzy' });
	is_deeply([ sort keys %$begun ], [qw(job_id status)], 'the tool answers the job');
	is($begun->{status}, 'queued', 'which is queued');
	my $job = $begun->{job_id};
	my $told = $door->call('ann', 'get_job', { job_id => $job });
	is_deeply([ @$told{qw(job_id tool status result error cancel_requested finished_at kept_until)} ], [ $job, 'count_up', 'queued', undef, undef, $no, undef, undef ], 'get_job tells of it');
	is_deeply($told->{arguments}, { times => 3, pause => 0, secret => '(redacted)' }, 'its arguments are told without secrets');
	is_deeply($told->{requested_by}, { user_id => $ann, name => 'Ann', role => 'voygen_agent' }, 'and who asked');
	is($owner->selectrow_array("select arguments ->> 'secret' from voygen.job where job_id = ?", undef, $job), 'xyzzy', 'the secret is there for the work');

	my $held = $worker->take;
	is_deeply([ @$held{qw(agency_id job_id tool)} ], [ $sunny, $job, 'count_up' ], 'a worker takes it');
	is($worker->take, undef, 'nobody else can');
	for my $number (1, 2)
	{
		is($worker->step($held), 'running', "step $number leaves more to do");
		$told = $door->call('ann', 'get_job', { job_id => $job });
		is_deeply($told->{progress}, { done => $number, total => 3, message => "$number of 3" }, 'its progress is told');
	}
	is($worker->step($held), 'done', 'the last step ends it');
	$told = $door->call('ann', 'get_job', { job_id => $job });
	is_deeply([ @$told{qw(status result error)} ], [ 'done', { steps => 3 }, undef ], 'the result is there');
	ok($told->{started_at} && $told->{finished_at} ge $told->{started_at} && $told->{kept_until} gt $told->{finished_at}, 'and when');
	is($owner->selectrow_array("select arguments ->> 'secret' from voygen.job where job_id = ?", undef, $job), '(redacted)', 'its secret is forgotten');
	is_deeply($owner->selectall_arrayref('select step, who, caller from voygen.counted where job_id = ? order by 1', undef, $job), [ map { [ $_, 'voygen_agent', "($ann,voygen_agent,count_up)" ] } 1 .. 3 ], 'each step ran once, as who asked');
	ok(!eval { $worker->step($held); 1 }, 'there is no further step');
	is(CallTest::error_of($worker->db)->{code}, 'conflict', 'for the job is not held any more');
	is(counted($job), 3, 'and nothing was done');
	is($owner->selectrow_array("select count(*) from voygen.audit where tool = 'count_up' and user_id = ? and args ->> 'secret' = '(redacted)'", undef, $ann), 1, 'the audit has the call');
};

subtest 'news of jobs' => sub {
	my $listener = $door->connect_gateway;
	$listener->do('listen voygen_job');
	# News arrives in the order of commits: all that came before a word of ours.
	my $heard = sub {
		my @news;
		$owner->do("notify voygen_job, 'so far'");
		for (;;)
		{
			$listener->do('select 1');
			while (my $one = $listener->pg_notifies) { return \@news if $one->[2] eq 'so far'; push @news, $one->[2] }
		}
	};
	my $job = $door->call('ann', 'count_up', { times => 2 })->{job_id};
	is_deeply($heard->(), ["$sunny $job queued"], 'a job that is begun');
	my $held = $worker->take;
	$worker->step($held);
	is_deeply($heard->(), [ ("$sunny $job running") x 2 ], 'taken, and its progress');
	$owner->selectall_arrayref('select * from voygen.keep_jobs(?)', undef, $worker->{name});
	is_deeply($heard->(), [], 'a sign of life is no news');
	$door->call('ann', 'cancel_job', { job_id => $job });
	is_deeply($heard->(), ["$sunny $job cancelling"], 'one that shall be cancelled');
	is_deeply($owner->selectall_arrayref('select agency_id, job_id, run, cancel_requested::int from voygen.keep_jobs(?)', undef, $worker->{name}), [ [ $sunny, $job, $held->{run}, 1 ] ], 'the sign of life says it, too');
	is($worker->leave($held, { code => 'timeout', message => 'stopped' }), 'cancelled', 'it is cancelled, not tried again');
	is_deeply($heard->(), ["$sunny $job cancelled"], 'and told');
	is(counted($job), 1, 'what its finished step did stays');
};

subtest 'who sees which jobs' => sub {
	my $job = $door->call('ann', 'count_up', { times => 1 })->{job_id};
	my $alone = $door->call('agent', 'count_up', { times => 1 })->{job_id};
	for my $who (qw(ann ann2 chief admin))
	{
		is($door->call($who, 'get_job', { job_id => $job })->{job_id}, $job, "$who sees it");
		ok((grep { $_->{job_id} eq $job } @{ $door->call($who, 'list_jobs', {})->{jobs} }), '... in the list');
	}
	for my $who (qw(bob agent reader rainy:admin rainy:agent))
	{
		for my $tool ([ 'get_job', {} ], [ 'cancel_job', {} ], [ 'answer_job', { answers => {} } ])
		{
			next if $who eq 'reader' && $tool->[0] ne 'get_job';
			my @said = map { my $number = $_; my $error = $door->fails($who, $tool->[0], { job_id => $number, %{ $tool->[1] } }); join('|', map { $_ // '' } @$error{qw(code message path got hint)}) =~ s/\b$number\b/N/gr } $job, 987654321;
			like($said[0], qr/^not_found/, "$who does not find it: $tool->[0]");
			is($said[0], $said[1], '... as if nobody had it');
		}
		ok(!(grep { $_->{job_id} eq $job } @{ $door->call($who, 'list_jobs', {})->{jobs} }), '... nor is it in the list');
	}
	is_deeply([ map { $_->{job_id} } @{ $door->call('agent', 'list_jobs', {})->{jobs} } ], [$alone], 'a token without a person sees its own');
	is_deeply([ map { $_->{job_id} } @{ $door->call('ann', 'list_jobs', { status => ['queued'] })->{jobs} } ], [$job], 'by status');
	is_deeply($door->call('ann', 'list_jobs', { tool => 'other' })->{jobs}, [], 'by tool');
	my $page = $door->call('admin', 'list_jobs', { limit => 2 });
	my @ids = map { $_->{job_id} } @{ $page->{jobs} };
	my $all = $owner->selectcol_arrayref('select job_id from voygen.job where agency_id = ? order by 1 desc', undef, $sunny);
	while ($page->{truncated})
	{
		is($page->{truncated}{left_out}, @$all - @ids, 'so many are left out');
		$page = $door->call('admin', 'list_jobs', { limit => 2, cursor => $page->{truncated}{cursor} });
		push @ids, map { $_->{job_id} } @{ $page->{jobs} };
	}
	is_deeply(\@ids, [ map { "$_" } @$all ], 'pages hold each once, newest first');
	is($door->fails('admin', 'list_jobs', { cursor => 'x' })->{path}, '/cursor', 'another cursor is refused');
	is($worker->finish($_), 'done', "job $_ is done") for $job, $alone;
};

subtest 'cancelling' => sub {
	my $job = $door->call('ann', 'count_up', { times => 1 })->{job_id};
	is_deeply($door->call('ann', 'cancel_job', { job_id => $job }), { job_id => $job, status => 'cancelled', cancel_requested => $yes }, 'one that waits is cancelled at once');
	is($worker->take, undef, 'nobody takes it');
	is_deeply($door->call('ann', 'cancel_job', { job_id => $job }), { job_id => $job, status => 'cancelled', cancel_requested => $no }, 'a second time changes nothing');
	$job = $door->call('ann', 'count_up', { times => 3 })->{job_id};
	my $held = $worker->take;
	$worker->step($held);
	is($door->call('ann', 'cancel_job', { job_id => $job })->{status}, 'running', 'one that runs is told to stop');
	is($worker->step($held), 'cancelled', 'a step that ends before it hears of it is its last');
	is(counted($job), 2, 'and is kept');
	$job = $door->call('ann', 'count_up', { times => 1 })->{job_id};
	$held = $worker->take;
	$door->call('ann', 'cancel_job', { job_id => $job });
	is($worker->step($held), 'done', 'what was done all the same is done');
	is($door->call('ann', 'cancel_job', { job_id => $job })->{status}, 'done', 'and stays so');
};

subtest 'a job that asks' => sub {
	my $job = $door->call('ann', 'count_up', { times => 2, asks => 'Go on?' })->{job_id};
	is($door->fails('ann', 'answer_job', { job_id => $job, answers => {} })->{code}, 'precondition_failed', 'before it asks nothing can be answered');
	is($worker->finish($job), 'input_required', 'it waits to be told');
	my $told = $door->call('ann', 'get_job', { job_id => $job });
	is_deeply($told->{input_requests}, { more => { message => 'Go on?', schema => { type => 'object', properties => { confirm => { type => 'boolean', title => 'Go on?' } }, required => ['confirm'] } } }, 'what it asks is told');
	is($worker->take, undef, 'nobody takes it meanwhile');
	my $error = $door->fails('ann', 'answer_job', { job_id => $job, answers => { other => {} } });
	is_deeply([ @$error{qw(code path expected)} ], [ 'unknown_name', '/answers/other', 'more' ], 'what was not asked is no answer');
	is($door->fails('ann', 'answer_job', { job_id => $job, answers => { more => 5 } })->{path}, '/answers/more', 'nor is what is no object');
	is($door->call('ann', 'answer_job', { job_id => $job, answers => {} })->{status}, 'input_required', 'no answer leaves it waiting');
	is($door->call('ann', 'answer_job', { job_id => $job, answers => { more => { nonsense => 1 } } })->{status}, 'queued', 'an answer that answers nothing');
	is($worker->finish($job), 'input_required', '... is asked for again');
	$door->call('ann', 'answer_job', { job_id => $job, answers => { more => { confirm => $yes } } });
	is($worker->finish($job), 'done', 'the answer ends it');
	is(counted($job), 2, 'each step ran once');
	$job = $door->call('ann', 'count_up', { times => 1, asks => 'Go on?' })->{job_id};
	$worker->finish($job);
	is($door->call('ann', 'cancel_job', { job_id => $job })->{status}, 'cancelled', 'a job that asks can be cancelled');
	is($door->call('ann', 'get_job', { job_id => $job })->{input_requests}, undef, 'and asks nothing any more');
};

subtest 'arguments, keys and limits are those of any tool' => sub {
	is($door->fails('ann', 'count_up', { times => 'x' })->{path}, '/times', 'a wrong argument is refused before anything is begun');
	my $before = $owner->selectrow_array('select count(*) from voygen.job');
	my @same = map { $door->call('ann', 'count_up', { times => 1, idempotency_key => 'k' })->{job_id} } 1, 2;
	is($same[0], $same[1], 'a repeated call begins no second job');
	is($owner->selectrow_array('select count(*) from voygen.job'), $before + 1, 'there is one');
	is($door->fails('reader', 'count_up', { times => 1 })->{code}, 'not_allowed', 'a reader may not begin it');
	$owner->do("insert into voygen.job (agency_id, job_id, tool, role, login) select ?, 5000000 + n, 'x', 'voygen_admin', 'postgres' from generate_series(1, 999) n", undef, $sunny);
	is($door->fails('ann', 'count_up', { times => 1 })->{code}, 'rate_limited', 'a thousand that wait are enough');
	ok($door->call('rainy:agent', 'count_up', { times => 1 }), 'for this agency, not for others');
	$owner->do('delete from voygen.job where job_id > 5000000');
	1 while $worker->take && $worker->leave({ %{ row($same[0]) } });
	$owner->do("update voygen.job set status = 'cancelled', finished_at = now(), worker = null, lease_until = null where finished_at is null");
};

subtest 'sessions without a token begin and see jobs, too' => sub {
	my $session = connect_to('api_jobs');
	$session->do("set voygen.agency_id = '$sunny'");
	$session->do('set role voygen_agent');
	my ($job) = $session->selectrow_array('select job_id from voygen_api.count_up(2)');
	is_deeply([ @{ row($job) }{qw(role login token_id user_id)} ], [ 'voygen_agent', 'voygen_agent', undef, undef ], 'an agent of a console');
	is($session->selectrow_array('select count(*) from unnest((voygen_api.list_jobs()).jobs)'), 1, 'sees his own');
	ok(!eval { $session->do('select * from voygen.job'); 1 }, 'and not the table');
	is($worker->finish($job), 'done', 'it is done');
	is_deeply($owner->selectcol_arrayref('select distinct who from voygen.counted where job_id = ?', undef, $job), ['voygen_agent'], 'as his role');
	$session->do('reset role');
	($job) = $session->selectrow_array('select job_id from voygen_api.count_up(1)');
	is(row($job)->{role}, 'voygen_admin', 'a superuser asks as an administrator');
	cmp_ok($session->selectrow_array('select count(*) from unnest((voygen_api.list_jobs("limit" => 100)).jobs)'), '>', 5, 'and sees all');
	is($worker->finish($job), 'done', 'that is done, too');
	$owner->do("create role jobs_stranger login");
	$owner->do("grant usage on schema voygen_api, voygen_lib, voygen to jobs_stranger");
	$owner->do("grant execute on function voygen_api.count_up, voygen_lib.start_job(text, jsonb) to jobs_stranger");
	$session->do("set role jobs_stranger");
	ok(!eval { $session->do('select voygen_api.count_up(1)'); 1 }, 'who can take no role of the tools');
	is($session->state, 'VG005', 'may not');
	$session->do('reset role');
	$owner->do('drop owned by jobs_stranger');
	$owner->do('drop role jobs_stranger');
	$session->do('set role voygen_agent');
	ok(!eval { $session->do('select voygen_lib.job_verify_all_facts(null)'); 1 }, 'the work of a job cannot be called');
	like($session->errstr, qr/permission denied/, 'for nobody has the right');
};

subtest 'every tool tagged @job' => sub {
	my $tools = $owner->selectall_arrayref("select t.name, t.output_schema, t.job_schema from voygen.tool t where is_job order by 1", { Slice => {} });
	is_deeply([ map { $_->{name} } @$tools ], [qw(count_up generate_proposal recalculate_all_commissions render_preview send_proposal verify_all_facts)], 'is known to this test');
	for my $tool (@$tools)
	{
		is_deeply([ sort keys %{ decode_json($tool->{output_schema})->{properties} } ], [qw(job_id status)], "$tool->{name} answers the job");
		is($owner->selectrow_array(q{select p.proargtypes[0]::regtype::text || ' ' || exists (select from aclexplode(p.proacl) a where a.grantee <> p.proowner)
			from pg_proc p where p.oid = to_regproc('voygen_lib.job_' || $1)}, undef, $tool->{name}), 'voygen.job false', '... and has its work, which nobody else may run');
	}
	is_deeply($owner->selectall_arrayref('select * from voygen.tool_problems()'), [], 'the catalogue has no faults');
};

done_testing;
