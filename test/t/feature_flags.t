# Switches of an agency: a tool that is off is not there from the next call on, for this agency alone; only administrators set
# them, by a tool or in SQL, and a switch of nothing is refused.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;

my $door = CallTest->new('feature_flags');
my $owner = $door->owner;
my ($on, $off) = (JSON::PP::true, JSON::PP::false);
my $sunny = $door->agency('sunny');

sub listed
{
	my ($who) = @_;
	my ($slug, $name) = $who =~ /^(\w+):(\w+)$/ ? ($1, $2) : ('sunny', $who);
	my ($list) = $door->gateway->selectrow_array('select voygen.tools(?, sha256(?))', undef, $door->agency($slug), "$slug:$name");
	return { map { $_->{name} => 1 } @{ JSON::PP->new->decode($list) } };
}
sub set { return $door->call('admin', 'set_feature_flag', { flag => $_[0], enabled => $_[1], @_ > 2 ? (reason => $_[2]) : () }) }

# Given a tool that works
ok($door->call('agent', 'find_clients'), 'a tool is there');
my $absent = $door->fails('agent', 'no_such_tool', {});

# When it is switched off, then it is as one that never was
is_deeply(set('tool.find_clients', $off, 'too slow'), { flag => 'tool.find_clients', enabled => $off, is_default => $off, changed => $on }, 'an administrator switches it off');
my $error = $door->fails('agent', 'find_clients', {});
for my $said ($error, $absent) { s/find_clients|no_such_tool/NAME/ for @$said{qw(message got text)} }
delete @$_{qw(hint)} for $error, $absent;
is_deeply($error, $absent, 'calling it is refused in the words for a name nobody knows');
is($door->fails('admin', 'find_clients', {})->{code}, 'unknown_name', '... for administrators, too');
unlike($door->fails('agent', 'find_client', {})->{hint}, qr/find_clients/, '... and it is not proposed for a name near it');
ok(!listed('agent')->{find_clients}, 'no list has it');
ok(listed('rainy:agent')->{find_clients} && $door->call('rainy:agent', 'find_clients'), 'another agency has it still');
ok($door->call('agent', 'find_trips'), 'and this one its other tools');
is(set('tool.find_clients', $off, 'too slow')->{changed}, $off, 'the same again changes nothing');
my %flag = map { $_->{flag} => $_ } @{ $door->call('admin', 'list_feature_flags')->{flags} };
is_deeply([@{ $flag{'tool.find_clients'} }{qw(enabled is_default reason)}], [$off, $off, 'too slow'], 'the list of switches says so, and why');
is($owner->selectrow_array("select args->>'flag' from voygen.audit where agency_id = ? and tool = 'set_feature_flag' order by audit_id limit 1", undef, $sunny), 'tool.find_clients', 'it is in the audit');
is(set('tool.find_clients', $on)->{enabled}, $on, 'switched on');
ok(listed('agent')->{find_clients} && $door->call('agent', 'find_clients'), '... it is there again');
set('tool.find_clients', $off);
is_deeply(set('tool.find_clients', undef), { flag => 'tool.find_clients', enabled => $on, is_default => $on, changed => $on }, 'left to its default');
ok($door->call('agent', 'find_clients'), '... it is there');
is($owner->selectrow_array('select count(*) from voygen.feature_flags where agency_id = ?', undef, $sunny), 0, '... and no row is left');

my @behaviours = sort grep { !/^tool\./ } keys %flag;
is_deeply(\@behaviours, [qw(apps audit_reads completion elicitation prompts resources)], 'the behaviours');
ok(!(grep { !length $flag{$_}{meaning} || !$flag{$_}{is_default} || !$flag{$_}{enabled} } @behaviours), '... each with its meaning, on unless set');

# What is refused
for my $wrong ('find_clients', 'tool.', 'tool.no_such_tool', 'tool.mcp_read_resource', 'nothing', '', 'APPS', "apps' or true --")
{
	for my $value ($on, $off, undef)
	{
		my $refused = $door->fails('admin', 'set_feature_flag', { flag => $wrong, enabled => $value });
		is_deeply([@$refused{qw(code path)}], ['unknown_name', '/flag'], "no flag '$wrong'") or diag $refused->{text};
	}
}
is($owner->selectrow_array('select count(*) from voygen.feature_flags'), 0, 'and nothing is left of it');
is($door->fails('admin', 'set_feature_flag', { flag => "tool.$_", enabled => $off })->{code}, 'precondition_failed', "$_ stays on") for qw(set_feature_flag list_feature_flags);
is($door->fails($_, 'set_feature_flag', { flag => 'apps', enabled => $off })->{code}, 'not_allowed', "$_ sets no switch") for qw(agent reader);
is(scalar @{ $door->call($_, 'list_feature_flags')->{flags} }, 6, "$_ may ask how they are set") for qw(agent reader);

# In SQL: the same rules, for the own agency
sub as_role
{
	my ($role, $sql) = @_;
	$owner->begin_work;
	$owner->do("set local voygen.agency_id = '$sunny'");
	$owner->do("set local role voygen_$role");
	my $done = eval { $owner->do($sql) };
	my $state = $owner->state;
	$done ? $owner->commit : $owner->rollback;
	return $done // $state;
}
is(as_role('admin', "insert into voygen.feature_flags (flag, is_on) values ('tool.create_trip', false)"), 1, 'an administrator switches in SQL');
is($door->fails('agent', 'create_trip', {})->{code}, 'unknown_name', '... and it holds from the next call on');
is(as_role('admin', "insert into voygen.feature_flags (flag, is_on) values ('tool.none', false)"), 'VG002', 'a switch of nothing is refused');
is(as_role('admin', "insert into voygen.feature_flags (flag, is_on) values ('tool.set_feature_flag', false)"), 'VG006', 'so is one that locks itself');
is(as_role('admin', "insert into voygen.feature_flags (agency_id, flag, is_on) values (" . $door->agency('rainy') . ", 'apps', false)"), '42501', 'and one of another agency');
is(as_role($_, "insert into voygen.feature_flags (flag, is_on) values ('apps', false)"), '42501', "$_ may not") for qw(agent reader);
is(as_role('admin', 'delete from voygen.feature_flags'), 1, 'taken away');
ok(listed('agent')->{create_trip}, '... the tool is there again');

# A repeated call with a key answers as before, whatever has been switched since
my $once = { flag => 'apps', enabled => $off, idempotency_key => 'k1' };
is_deeply($door->call('admin', 'set_feature_flag', $once), $door->call('admin', 'set_feature_flag', $once), 'a repeated key runs once');

done_testing;
