# Everything works for a user without any right beyond his own folder, too.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use Checkout;

# The test makes the user; who is not root is an ordinary user already and has run all the other tests as one.
plan skip_all => 'the suite runs as an ordinary user already' if $> != 0;

my $user = "voygen-t$$";
system("useradd --system --user-group --no-create-home --home-dir /tmp/$user --shell /bin/bash $user") == 0 or die "useradd failed\n";

my $base = tempdir('voygen-user-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $base;
{
	my $here = Checkout->new("$base/checkout", user => $user);
	my ($status, $output) = $here->make('up');
	is($status, 0, 'make up succeeds') or diag($output);
	is($here->query('select count(*) > 0 from voygen.trips'), 't', 'the demo trips are there');
	my (undef, $owner) = $here->run('stat -c %U "$(service/cluster/where data)"');
	is($owner, "$user\n", 'the server belongs to the user');
	is((getpwuid((stat "$base/checkout/.voygen/env")[4]))[0], $user, 'so does the environment file');
	is($here->query('select current_user'), 'postgres', 'the user may be the superuser of the database by the socket');
	is(($here->make('up'))[0], 0, 'make up once more is harmless');
	is(($here->make('down'))[0], 0, 'make down succeeds');
	is_deeply([$here->processes], [], 'no process is left');
	$here->remove;
}
is(system("userdel $user"), 0, 'the user is gone');

done_testing();
