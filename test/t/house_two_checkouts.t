# Two checkouts on one machine, one of them a copy of the other made while its server ran, and Debian's own PostgreSQL
# beside them: none disturbs another.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use Checkout;

my $base = tempdir('voygen-two-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $base;
my $one = Checkout->new("$base/one");
my $two = Checkout->new("$base/two");

is(($one->make('deploy'))[0], 0, 'the first checkout deploys');
is(($two->make('deploy'))[0], 0, 'the second checkout deploys');
isnt($one->query('show port'), $two->query('show port'), 'they listen on different ports');
$one->query('create table public.mine (n int)');
is($two->query("select to_regclass('public.mine') is null"), 't', 'what one writes the other does not see');

my (undef, $library) = $two->run('readlink -f "$(service/cluster/where bin)/../lib/voygen.so"');
like($library, qr{^\Q$base\E/two/}, 'each has installed its own voygen.so');
ok(!-e '/usr/share/postgresql/15/extension/voygen.control', "Debian's own PostgreSQL has not got the extension");
ok(!-e '/usr/lib/postgresql/15/lib/voygen.so', '... nor the library');
my @debris = glob('/usr/lib/postgresql/15/lib/bitcode/voygen*');
is_deeply(\@debris, [], '... nor bitcode');

# A copy brings the pid file, the port and the environment of a server that runs elsewhere.
is(($two->make('down'))[0], 0, 'the second one goes down');
is(system("rm -rf '$base/two/.voygen' && cp -a '$base/one/.voygen' '$base/two/.voygen'"), 0, 'the first, running, is copied over it');
my ($status, $output) = $two->make('down');
is($status, 0, 'make down in the copy succeeds') or diag($output);
is($one->query('select 1'), '1', "... and does not stop the original's server");
($status, $output) = $two->make('cluster');
is($status, 0, 'the copy starts beside the original') or diag($output);
like($output, qr/port \d+ is taken/, '... saying that it had to take another port');
is($one->query('select 1'), '1', 'the original still answers');
is($two->query('select 1'), '1', 'the copy answers');

is(($one->make('down'))[0], 0, 'the original goes down');
is($two->query('select 1'), '1', '... and the copy still answers');
is(($two->make('down'))[0], 0, 'the copy goes down');

done_testing();
