package PictureServer;

# Servers of pictures, good and bad, on addresses of the loopback (picture_server.py says what they can do), and what they
# were asked.
#
#   my $folder = tempdir(...);                                    # holds the pictures
#   my $server = PictureServer->new($folder, '127.0.0.2');        # a free port
#   my $other = PictureServer->new($folder, '127.0.0.1', $server->{port});
#   $server->url('file/a.jpg'); $server->asked                    # lines since the last time

use strict;
use warnings;
use VoygenTest qw(checkout);

# Nothing when the machine has no such address.
sub new
{
	my ($class, $folder, $address, @port) = @_;
	my $pid = open my $pipe, '-|', 'python3', checkout() . '/test/lib/picture_server.py', $folder, $address, @port or die "python3: $!\n";
	my $port = readline $pipe;
	return if !defined $port;
	chomp $port;
	return bless { address => $address, port => $port, pid => $pid, pipe => $pipe, log => "$folder/log-" . $address =~ tr/:/_/r, read => 0, creator => $$ }, $class;
}

sub url
{
	my ($self, $path) = @_;
	my $host = $self->{address} =~ /:/ ? "[$self->{address}]" : $self->{address};
	return "http://$host:$self->{port}/$path";
}

sub asked
{
	my ($self) = @_;
	open my $file, '<', $self->{log} or return ();
	seek $file, $self->{read}, 0;
	my @lines = <$file>;
	$self->{read} = tell $file;
	chomp @lines;
	return @lines;
}

sub DESTROY
{
	my ($self) = @_;
	return if $$ != $self->{creator};
	local $?;
	kill 'KILL', $self->{pid};
	close $self->{pipe};
	return;
}

1;
