# Where the server's user cannot enter the checkout, or the socket's path is too long, or the path has characters that
# would be split, data and socket lie together in a folder outside and `make` says where.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use Checkout;

my $base = tempdir('voygen-away-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $base;

# Deploys there and looks where everything lies.
sub works_outside
{
	my ($name, $folder, $reason) = @_;
	my $there = Checkout->new($folder);
	my ($status, $output) = $there->make('deploy');
	is($status, 0, "$name: make deploy succeeds") or diag($output);
	my $state = $there->where('state');
	unlike($state, qr/^\Q$folder\E/, "$name: the state folder is outside");
	like($output, qr/data and socket lie in \Q$state\E \(.*$reason/, "$name: make says where and why");
	like($there->where('data'), qr/^\Q$state\E/, "$name: data is there");
	like($there->where('socket'), qr/^\Q$state\E/, "$name: so is the socket");
	is($there->query('select 1'), '1', "$name: the server answers");
	my $url = $there->environment->{VOYGEN_DATABASE_URL} // '';
	is(($there->run("psql -XAtc 'select 1' '$url'"))[1], "1\n", "$name: the environment file in the checkout has its address");
	($status, $output) = $there->run('service/cluster/gateway start');
	is($status, 0, "$name: the gateway starts") or diag($output);
	is(($there->make('down'))[0], 0, "$name: make down succeeds");
	is_deeply([$there->processes], [], "$name: no process is left");
	$there->remove;
	ok(!-e $state, "$name: the test has cleaned up");
	return;
}

SKIP:
{
	# For an ordinary user the server runs as that user, who can enter what is his.
	skip 'only root has a server user that may be kept out', 11 if $> != 0;
	mkdir "$base/closed", 0700;
	works_outside('closed folder', "$base/closed/checkout", 'cannot enter');
}
works_outside('long path', "$base/" . join('/', ('a-rather-long-name') x 6), '107 bytes');
works_outside('path with a blank', "$base/my trips/checkout", 'would split');

done_testing();
