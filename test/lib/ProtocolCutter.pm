package ProtocolCutter;

# A relay between a program and the test server that can break a connection at a place where a server hardly ever does:
# when the rows of a statement have been sent, and before it is known that the transaction has ended.
#
#   my $cutter = ProtocolCutter->new;
#   my $url = $cutter->url('my_test', 'voygen_gateway');    # connects through the relay
#   $cutter->cut_after('"said"');                           # the next connection that sends a row with this text is cut behind it

use strict;
use warnings;
use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::UNIX;
use VoygenTest;

sub new
{
	my ($class) = @_;
	# the program may run as the server's user
	my $folder = tempdir('voygen-relay-XXXX', DIR => '/tmp', CLEANUP => 1);
	chmod 0755, $folder;
	my $path = "$folder/.s.PGSQL.$ENV{PGPORT}";
	my $door = IO::Socket::UNIX->new(Local => $path, Listen => 50) or die "$path: $!\n";
	chmod 0777, $path;
	my $self = bless { folder => $folder, creator => $$ }, $class;
	$self->{pid} = fork() // die "fork: $!\n";
	if (!$self->{pid})
	{
		$self->_relay($door);
		require POSIX;
		POSIX::_exit(0);
	}
	return $self;
}

sub url
{
	my ($self, $database, $user) = @_;
	return "host=$self->{folder} port=$ENV{PGPORT} user=$user dbname=$database";
}

sub cut_after
{
	my ($self, $text) = @_;
	open my $file, '>', "$self->{folder}/cut.new" or die "cut: $!\n";
	print {$file} $text;
	close $file;
	rename "$self->{folder}/cut.new", "$self->{folder}/cut" or die "cut: $!\n";
	return;
}

# Whether a row is the one that was asked for.
sub _is_asked
{
	my ($self, $row) = @_;
	open my $file, '<', "$self->{folder}/cut" or return 0;
	local $/;
	return index($row, readline $file) >= 0;
}

# Each connection has two ends; what the server says is taken apart into its messages.
sub _relay
{
	my ($self, $door) = @_;
	my $select = IO::Select->new($door);
	my (%peer, %server, %said, %rows);
	my $close = sub {
		for my $end (grep { defined } $_[0], $peer{ $_[0] }) { $select->remove($end); close $end; }
		return;
	};
	while (getppid() == $self->{creator})
	{
		for my $end ($select->can_read(0.2))
		{
			if ($end == $door)
			{
				my $client = $door->accept or next;
				my $server = IO::Socket::UNIX->new(Peer => "$ENV{PGHOST}/.s.PGSQL.$ENV{PGPORT}") or do { close $client; next };
				@peer{ $client, $server } = ($server, $client);
				$server{$server} = 1;
				$said{$server} = '';
				$select->add($client, $server);
				next;
			}
			next unless defined fileno $end;
			if (!sysread $end, my $bytes, 65536) { $close->($end) }
			elsif (!$server{$end}) { syswrite $peer{$end}, $bytes }
			else
			{
				$said{$end} .= $bytes;
				$self->_pass($end, $peer{$end}, \$said{$end}, \$rows{$end}) or $close->($end);
			}
		}
	}
	return;
}

# Hands on whole messages of the server; false when the connection is to be cut.
sub _pass
{
	my ($self, $server, $client, $said, $rows) = @_;
	while (length $$said >= 5)
	{
		my ($type, $length) = unpack 'a1N', $$said;
		last if length $$said < $length + 1;
		return 0 if $type eq 'Z' && $$rows && unlink "$self->{folder}/cut";
		my $message = substr $$said, 0, $length + 1, '';
		$$rows = 0 if $type eq 'Z';
		$$rows = 1 if $type eq 'D' && $self->_is_asked($message);
		syswrite $client, $message;
	}
	return 1;
}

sub DESTROY
{
	my ($self) = @_;
	return if $self->{creator} != $$ || !$self->{pid};
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	return;
}

1;
