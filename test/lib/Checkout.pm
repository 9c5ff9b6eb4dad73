package Checkout;

# Whole checkouts for the tests of `make up` and `make down`: a copy of this one in a folder of its own, with what was
# built, without its data. At the end each is stopped and removed, with the state folder it may have outside.
#
#   my $there = Checkout->new($folder, user => 'somebody');
#   my ($status, $output) = $there->make('up');

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);

my $original = abs_path(dirname(__FILE__) . '/../..');
my @all;

sub new
{
	my ($class, $folder, %options) = @_;
	make_path($folder);
	system("tar -C '$original' --exclude=./.voygen --exclude=./.git --exclude=./build/test --exclude=./build/kernel --exclude=./build/fuzz --exclude=./build/npm -cf - . | tar -C '$folder' -xf -") == 0
		or die "copying the checkout to $folder failed\n";
	my $self = bless { folder => $folder, user => $options{user}, creator => $$ }, $class;
	if ($self->{user})
	{
		system('chown', '-R', "$self->{user}:", $folder) == 0 or die "chown $folder failed\n";
	}
	push @all, $self;
	return $self;
}

sub folder { return $_[0]{folder} }

# Runs a shell command in the checkout as its user, in an environment without this test's own server.
sub run
{
	my ($self, $command) = @_;
	my @as = $self->{user} ? ('setpriv', "--reuid=$self->{user}", "--regid=$self->{user}", '--clear-groups') : ();
	my $home = $self->{user} ? (getpwnam($self->{user}))[7] : $ENV{HOME} // '/';
	my @clean = map { ('-u', $_) } grep { /^(PG|VOYGEN_|MAKE|XDG_|TMPDIR)/ } keys %ENV;
	open my $pipe, '-|', 'env', @clean, "HOME=$home", @as, 'bash', '-c', "cd \"\$0\" && { $command; } 2>&1", $self->{folder}
		or die "bash: $!\n";
	my $output = do { local $/; <$pipe> };
	close $pipe;
	return ($? >> 8, $output // '');
}

sub make
{
	my ($self, @targets) = @_;
	return $self->run('make ' . join(' ', @targets));
}

# One path of the checkout's server: state, socket, data, bin ... of service/cluster/where.
sub where
{
	my ($self, $what, $cluster) = @_;
	my (undef, $output) = $self->run('VOYGEN_CLUSTER=' . ($cluster // 'main') . " service/cluster/where $what");
	chomp $output;
	return $output;
}

# The environment file as a hash.
sub environment
{
	my ($self) = @_;
	open my $file, '<', "$self->{folder}/.voygen/env" or return {};
	return { map { /^([A-Z_]+)=(.*)$/ ? ($1, $2) : () } <$file> };
}

# What psql answers on the checkout's database, over its socket.
sub query
{
	my ($self, $sql) = @_;
	my ($status, $output) = $self->run("eval \"\$(service/cluster/env)\" && psql -XAtqc \"$sql\"");
	chomp $output;
	return $status == 0 ? $output : "failed: $output";
}

# Processes that run below the checkout or its state folder. The server's user looks too: even root may not look at
# another user's processes inside a container.
sub processes
{
	my ($self) = @_;
	my $search = join ' -o ', map { "-lname '$_/*'" } $self->{folder}, $self->where('state');
	my $find = "find /proc -mindepth 2 -maxdepth 2 '(' -name cwd -o -name exe ')' '(' $search ')' -printf '%p %l\\n' 2>/dev/null";
	my @as = (bless({ %$self, user => undef, folder => '/' }, ref $self), bless({ %$self, folder => '/' }, ref $self));
	push @as, bless({ %$self, user => 'postgres', folder => '/' }, ref $self) if $> == 0;
	my %found;
	$found{$_} = 1 for map { split /\n/, ($_->run("$find || true"))[1] } @as;
	return sort keys %found;
}

# Stops and removes the checkout.
sub remove
{
	my ($self) = @_;
	return if $self->{removed}++;
	my $state = $self->where('state');
	$self->run('service/cluster/stop; VOYGEN_CLUSTER=test service/cluster/stop');
	remove_tree($self->{folder});
	remove_tree($state) if $state =~ m{/voygen-[0-9a-f]{12}[^/]*$};
	return;
}

END
{
	my $status = $?;
	for my $checkout (@all)
	{
		$checkout->remove if $checkout->{creator} == $$;
	}
	$? = $status;
}

1;
