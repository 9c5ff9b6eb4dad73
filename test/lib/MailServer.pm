package MailServer;

# A mail server on the loopback, good or bad (mail_server.py says what it can do), what it was told and what it took.
#
#   my $server = MailServer->new(tls => 'starttls', login => 'user:password');
#   my %settings = $server->settings;       # VOYGEN_SMTP_… for a program that sends by it
#   my @taken = $server->taken;             # {from, to, encrypted, user, raw}
#   my $read = parse_mail($taken[0]{raw});  # as Python's parser reads it

use strict;
use warnings;
use Exporter qw(import);
use File::Temp qw(tempdir);
use IPC::Run qw(run);
use JSON::PP;
use VoygenTest qw(checkout);

our @EXPORT = qw(parse_mail);

sub new
{
	my ($class, %options) = @_;
	my $folder = tempdir(CLEANUP => 1);
	chmod 0755, $folder;
	run([ qw(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext), 'subjectAltName=DNS:localhost',
			'-keyout', "$folder/key.pem", '-out', "$folder/cert.pem" ], '>', '/dev/null', '2>', '/dev/null') or die "openssl: $?\n";
	my $pid = open my $pipe, '-|', 'python3', checkout() . '/test/lib/mail_server.py', $folder, map { ("--$_", $options{$_}) } sort keys %options
		or die "python3: $!\n";
	my $port = readline $pipe // die "the mail server did not start\n";
	chomp $port;
	return bless { folder => $folder, port => $port, pid => $pid, pipe => $pipe, creator => $$, tls => $options{tls} // 'starttls', login => $options{login} }, $class;
}

sub folder { return $_[0]{folder} }

sub settings
{
	my ($self) = @_;
	my ($user, $password) = split /:/, $self->{login} // ':';
	return (
		VOYGEN_SMTP_URL => ($self->{tls} eq 'smtps' ? 'smtps' : 'smtp') . "://localhost:$self->{port}",
		VOYGEN_SMTP_CA => "$self->{folder}/cert.pem",
		VOYGEN_SMTP_TLS => $self->{tls} eq 'none' ? 'none' : 'required',
		VOYGEN_SMTP_TIMEOUT_S => 5,
		$self->{login} ? (VOYGEN_SMTP_USER => $user, VOYGEN_SMTP_PASSWORD => $password) : ());
}

sub slurp
{
	my ($path) = @_;
	open my $file, '<:raw', $path or return '';
	local $/;
	return scalar <$file>;
}

sub taken
{
	my ($self) = @_;
	my @taken;
	for my $path (sort { ($a =~ /-(\d+)\.json$/)[0] <=> ($b =~ /-(\d+)\.json$/)[0] } glob "$self->{folder}/message-*.json")
	{
		push @taken, { %{ decode_json(slurp($path)) }, raw => slurp($path =~ s/\.json$//r) };
	}
	return @taken;
}

sub said { return split /\n/, slurp("$_[0]{folder}/said") }

sub forget
{
	my ($self) = @_;
	unlink "$self->{folder}/said";
	return;
}

sub parse_mail
{
	my ($raw) = @_;
	run([ 'python3', checkout() . '/test/lib/mail_parse.py' ], '<', \$raw, '>', \my $said) or die "mail_parse.py: $?\n";
	return decode_json($said);
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
