# What `make deps` asks of apt: nothing when all is there, only what is missing else; without the right to install it
# names the command for an administrator. apt-get and dpkg-query are stand-ins that write down how they were called.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use VoygenTest qw(checkout);

my $base = tempdir('voygen-deps-XXXX', DIR => '/tmp', CLEANUP => 1);
my $deps = checkout() . '/service/cluster/deps';

sub stand_in
{
	my ($name, $body) = @_;
	open my $file, '>', "$base/$name" or die "$base/$name: $!\n";
	print {$file} "#!/bin/bash\n$body\n";
	close $file;
	chmod 0755, "$base/$name";
	return;
}

# Runs the script with the stand-ins first on the path; answers its status, its output and the calls of apt-get.
sub run_deps
{
	my ($missing, $user, $apt_status) = @_;
	unlink "$base/calls";
	stand_in('dpkg-query', qq~for p in "\${\@:3}"; do [[ " $missing " == *" \$p "* ]] || printf '%s=installed ' "\$p"; done~);
	stand_in('apt-get', qq(echo "\$*" >> $base/calls; echo "apt says no"; exit $apt_status));
	stand_in('id', qq([ "\$*" = -u ] && echo $user));
	my $path = $user ? $base : "$base:$ENV{PATH}";
	if ($user)
	{
		# Without sudo, wherever this machine may have one.
		for my $tool (qw(bash env mktemp rm cat printf tail))
		{
			my ($place) = grep { -x } map { "$_/$tool" } split /:/, $ENV{PATH};
			symlink $place, "$base/$tool" if $place && !-e "$base/$tool";
		}
	}
	my $output = do { local $ENV{PATH} = $path; `$deps 2>&1` };
	my $status = $? >> 8;
	my $calls = '';
	if (open my $file, '<', "$base/calls") { local $/; $calls = <$file>; }
	return ($status, $output, $calls);
}

my ($status, $output, $calls) = run_deps('', 0, 0);
is($status, 0, 'with everything there it succeeds');
is($calls, '', '... and does not touch apt');

($status, $output, $calls) = run_deps('cppcheck shellcheck', 0, 0);
is($status, 0, 'with packages missing it succeeds when apt does') or diag($output);
like($calls, qr/install .*--no-upgrade cppcheck shellcheck$/m, '... and has asked for just those, upgrading nothing');

($status, $output, $calls) = run_deps('cppcheck', 0, 1);
is($status, 1, 'it fails when apt fails');
like($output, qr/apt says no/, '... and shows what apt said');

($status, $output, $calls) = run_deps('cppcheck', 1000, 0);
is($status, 1, 'an ordinary user without sudo is refused');
like($output, qr/apt-get install --no-install-recommends cppcheck$/m, '... with the command an administrator may run');
is($calls, '', '... and apt is not touched');

done_testing();
