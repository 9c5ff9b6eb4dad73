# Sessions keep whom a token means from call to call, and hear of every change before their next call.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use Time::HiRes qw(sleep);
use CallTest;
use VoygenTest;

my $door = CallTest->new('call_known');
my $owner = $door->owner;
my ($sunny, $rainy) = map { $door->agency($_) } qw(sunny rainy);

sub change { return $owner->do(@_) }
sub works { my ($who, $what, @options) = @_; ok(eval { $door->call_text($who, 'find_clients', {}, @options); 1 }, $what) or diag($@) }
sub refused { my ($who, $what, @options) = @_; like($door->fails($who, 'find_clients', {}, @options)->{text}, qr/the token is not valid/, $what) }

# How often the session has looked in the table of tokens. What a session counts is written when it ends a statement.
sub looks
{
	$door->gateway->do('select pg_stat_force_next_flush()');
	return $owner->selectrow_array('select sum(idx_scan) from pg_stat_user_indexes where relid = ?::regclass', undef, 'voygen.tokens');
}

sub looks_of_calls
{
	my ($calls) = @_;
	my $before = looks();
	$door->call_text('reader', 'find_clients', {}) for 1 .. $calls;
	return looks() - $before;
}

$door->call_text('reader', 'find_clients', {});
is(looks_of_calls(50), 0, 'a token is looked up once, not in each of fifty calls');

# Each change, heard at the next call of a session that knows the token
my $of = 'agency_id = ? and digest = sha256(?)';
for my $case (
	['revoked', 'agent', "update voygen.tokens set revoked_at = now() where $of", $sunny, 'sunny:agent'],
	['past its end', 'admin', "update voygen.tokens set expires_at = now() where $of", $sunny, 'sunny:admin'],
	['deleted', 'rainy:reader', "delete from voygen.tokens where $of", $rainy, 'rainy:reader'],
	['of an agency that is closed', 'rainy:admin', 'update voygen.agencies set archived_at = now() where agency_id = ?', $rainy])
{
	my ($what, $who, @statement) = @$case;
	works($who, "before it is $what, a token is valid");
	change($statement[0], undef, @statement[1 .. $#statement]);
	refused($who, "a token $what is refused at the next call");
}
change('update voygen.agencies set archived_at = null where agency_id = ?', undef, $rainy);
works('rainy:admin', 'a token of an agency that is open again');

my ($user) = $owner->selectrow_array("select voygen.create_user(?, 'ann\@sunny.example', 'Ann')", undef, $sunny);
$door->add_token('sunny', 'ann', 'voygen_agent', user_id => $user);
works('ann', 'the token of a person');
change('update voygen.users set archived_at = now() where user_id = ?', undef, $user);
refused('ann', 'and of one who has left');

# Rights
$door->add_token('sunny', 'writer', 'voygen_agent');
ok($door->call('writer', 'create_client', { name => 'Client One' })->{client_id}, 'an agent writes');
change("update voygen.tokens set scopes = '{read}' where $of", undef, $sunny, 'sunny:writer');
like($door->fails('writer', 'create_client', { name => 'Client Two' })->{text}, qr/scopes do not include/, 'not with a scope that was narrowed since');
change("update voygen.tokens set scopes = null, role = 'voygen_reader' where $of", undef, $sunny, 'sunny:writer');
like($door->fails('writer', 'create_client', { name => 'Client Two' })->{text}, qr/may not call/, 'nor with a role that was taken');

# Switches
works('reader', 'a tool that nobody has switched off');
change("insert into voygen.feature_flags (agency_id, flag, is_on) values (?, 'tool.find_clients', false)", undef, $sunny);
is($door->fails('reader', 'find_clients', {})->{code}, 'unknown_name', 'switched off, it is not there at the next call');
works('rainy:admin', 'for another agency it is');
change("update voygen.feature_flags set is_on = true where agency_id = ? and flag = 'tool.find_clients'", undef, $sunny);
works('reader', 'switched on, it is there again');

# The clock
$door->add_token('sunny', 'short', 'voygen_reader', expires_at => $owner->selectrow_array("select clock_timestamp() + interval '1.5 s'"));
works('short', 'a token before its end');
sleep 1.7;
refused('short', 'and after, though nothing was changed');

# A transaction that began before the change, with a snapshot from before
$door->add_token('sunny', 'long', 'voygen_reader');
my $long = $door->connect_gateway;
$long->do('begin isolation level repeatable read');
works('long', 'in a transaction that keeps its snapshot', db => $long);
change("update voygen.tokens set revoked_at = now() where $of", undef, $sunny, 'sunny:long');
refused('long', 'a token revoked meanwhile is refused', db => $long);
$long->do('rollback');

# A change that is taken back
$door->add_token('sunny', 'spared', 'voygen_reader', revoked_at => '2020-01-01');
my $single = connect_to('call_known', AutoCommit => 0);
$single->do("update voygen.tokens set revoked_at = null where $of", undef, $sunny, 'sunny:spared');
works('spared', 'a transaction sees its own change', db => $single);
$single->rollback;
refused('spared', 'and not what it took back', db => $single);
$single->rollback;

# Changes by replication, and with nobody to tell of them
works('reader', 'a token before a change by replication');
$owner->do('set session_replication_role = replica');
change("update voygen.tokens set revoked_at = now() where $of", undef, $sunny, 'sunny:reader');
$owner->do('reset session_replication_role');
refused('reader', 'a change by replication is heard');
change("update voygen.tokens set revoked_at = null where $of", undef, $sunny, 'sunny:reader');
change('alter table voygen.users disable trigger forget');
is(looks_of_calls(5), 5, 'without one of the triggers nothing is kept');
change('alter table voygen.users enable always trigger forget');
works('reader', 'a token before the table is emptied');
change('truncate voygen.tokens cascade');
refused('reader', 'and after');

# More tokens than are kept
change(q{insert into voygen.tokens (agency_id, digest, role) select ?, sha256(convert_to('sunny:many' || i, 'UTF8')), 'voygen_reader' from generate_series(1, 1100) i}, undef, $sunny);
my $count = grep { eval { $door->call_text("many$_", 'describe_caller', {}); 1 } } 1 .. 1100;
is($count, grep({ eval { $door->call_text("many$_", 'describe_caller', {}); 1 } } 1 .. 1100), 'eleven hundred tokens, twice');

done_testing;
