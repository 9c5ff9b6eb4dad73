# `make up` and `make down`: repeatable, nothing left over, the same port and secrets after every one of them.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use Checkout;

# Below /tmp by choice: the paths stay short enough for a socket.
my $base = tempdir('voygen-up-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $base;
my $here = Checkout->new("$base/checkout");

my ($status, $output) = $here->make('up');
is($status, 0, 'make up succeeds') or diag($output);
is($here->query('select count(*) > 0 from voygen.trips'), 't', 'the demo trips are there');
my $first = $here->environment;
is((stat "$base/checkout/.voygen/env")[2] & 0777, 0600, 'the environment file is for its owner alone');
like($first->{VOYGEN_DATABASE_URL}, qr{^postgresql://\w+:\w+\@127\.0\.0\.1:\d+/voygen$}, 'it holds the address of the database');
ok($first->{VOYGEN_TOKEN}, 'it holds a token');
is($here->where('state'), "$base/checkout/.voygen", 'all lies in the checkout');

my (undef, $answer) = $here->run("psql -XAtc 'select 1' '$first->{VOYGEN_DATABASE_URL}'");
is($answer, "1\n", 'the address works by password');
(my $wrong = $first->{VOYGEN_DATABASE_URL}) =~ s/:\w+@/:wrong@/;
($status, $output) = $here->run("psql -XAtc 'select 1' '$wrong'");
like($output, qr/password authentication failed/, 'a wrong password is refused');
my (undef, $access) = $here->run('cat "$(service/cluster/where data)/pg_hba.conf"');
unlike($access, qr/^[^#]*\btrust\b/m, 'nobody is let in on trust');

my $started = $here->query('select pg_postmaster_start_time()');
($status, $output) = $here->make('up');
is($status, 0, 'make up once more succeeds') or diag($output);
is($here->query('select pg_postmaster_start_time()'), $started, '... and leaves the server running as it is');
is_deeply($here->environment, $first, '... with the same port and secrets');

($status, $output) = $here->make('down');
is($status, 0, 'make down succeeds') or diag($output);
is_deeply([$here->processes], [], '... and leaves no process');
($status, $output) = $here->make('down');
is($status, 0, 'make down once more is harmless') or diag($output);

($status, $output) = $here->make('up');
is($status, 0, 'make up after make down succeeds') or diag($output);
is_deeply($here->environment, $first, '... with the same port and secrets');
($status, $output) = $here->make('down');
is_deeply([$here->processes], [], 'nothing is left in the end');

done_testing();
