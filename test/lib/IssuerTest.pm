package IssuerTest;

# An issuer of signed tokens: keys made by openssl, and a server that hands them out, well or badly.
#
#   my $issuer = IssuerTest->new;
#   my $key = $issuer->add_key('RS256', 'first');          # published; publish => 0 keeps it back
#   my $token = $issuer->token({ sub => 'ann' });          # claims beside the usual ones, undef takes one away
#   $issuer->behave('hang');                               # good, down, hang, huge, broken, far (redirects elsewhere)
#   is($issuer->asked, 1, 'the server was asked once');

use strict;
use warnings;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64 qw(encode_base64url);

our $ADDRESS = 'https://login.example/realm';
our $AUDIENCE = 'https://travel.example/mcp';

my $json = JSON::PP->new->canonical->utf8;

sub new
{
	my ($class) = @_;
	my $folder = tempdir('voygen-issuer-XXXX', DIR => '/tmp', CLEANUP => 1);
	chmod 0755, $folder;
	my $self = bless { folder => $folder, keys => {}, creator => $$ }, $class;
	$self->_write('asked', '');
	$self->behave('good');
	$self->publish;
	return $self->_serve;
}

sub _write
{
	my ($self, $name, $text) = @_;
	open my $file, '>', "$self->{folder}/$name.new" or die "$name: $!\n";
	print {$file} $text;
	close $file;
	rename "$self->{folder}/$name.new", "$self->{folder}/$name";
	return;
}

sub _read
{
	my ($self, $name) = @_;
	open my $file, '<', "$self->{folder}/$name" or return '';
	local $/;
	return readline($file) // '';
}

sub behave { my ($self, $how) = @_; return $self->_write('behaviour', $how) }
sub asked { my ($self) = @_; return length $self->_read('asked') }
sub file { my ($self) = @_; return "$self->{folder}/keys" }
sub url { my ($self) = @_; return "http://127.0.0.1:$self->{port}/keys" }

# What openssl says on stdout.
sub openssl
{
	my ($in, @arguments) = @_;
	my $input = File::Temp->new;
	binmode $input;
	print {$input} $in;
	close $input;
	open my $pipe, '-|', 'sh', '-c', 'exec openssl "$@" 2>/dev/null <"$0"', $input->filename, @arguments or die "openssl: $!\n";
	binmode $pipe;
	local $/;
	return readline($pipe) // '';
}

sub add_key
{
	my ($self, $algorithm, $id, %options) = @_;
	my @kind = $algorithm eq 'RS256' ? ('RSA', '-pkeyopt', 'rsa_keygen_bits:' . ($options{bits} // 2048)) : ('EC', '-pkeyopt', 'ec_paramgen_curve:P-256');
	my $pem = openssl('', 'genpkey', '-algorithm', @kind);
	my $public = openssl($pem, 'pkey', '-pubout', '-outform', 'DER');
	my %jwk = (kid => $id, alg => $algorithm, use => 'sig');
	if ($algorithm eq 'RS256')
	{
		my ($modulus) = openssl($pem, 'rsa', '-noout', '-modulus') =~ /=([0-9A-F]+)/;
		@jwk{qw(kty n e)} = ('RSA', encode_base64url(pack('H*', $modulus)), 'AQAB');
	}
	else
	{
		my $point = substr $public, -64;
		@jwk{qw(kty crv x y)} = ('EC', 'P-256', map { encode_base64url($_) } substr($point, 0, 32), substr $point, 32);
	}
	my $file = "$self->{folder}/key-$id.pem";
	$self->_write("key-$id.pem", $pem);
	$self->{keys}{$id} = { algorithm => $algorithm, file => $file, jwk => \%jwk, published => $options{publish} // 1, pem => openssl($pem, 'pkey', '-pubout') };
	$self->publish;
	return $self->{keys}{$id};
}

sub publish
{
	my ($self, %published) = @_;
	$self->{keys}{$_}{published} = $published{$_} for keys %published;
	$self->_write('keys', $json->encode({ keys => [ map { $self->{keys}{$_}{jwk} } grep { $self->{keys}{$_}{published} } sort keys %{ $self->{keys} } ] }));
	chmod 0644, $self->file;
	return;
}

# The signature of a text; that of a curve as its two numbers.
sub signature
{
	my ($key, $text) = @_;
	my $bytes = openssl($text, 'dgst', '-sha256', '-sign', $key->{file});
	return $bytes if $key->{algorithm} eq 'RS256';
	my ($r, $s) = $bytes =~ /\A\x30.\x02(.)/s ? do { my $n = ord $1; (substr($bytes, 4, $n), substr $bytes, 6 + $n) } : die "no signature\n";
	return join '', map { substr "\0" x 32 . $_, -32 } $r, $s;
}

# Options: key (its id), header (members beside the usual ones), sign (a function of the text instead of the key).
sub token
{
	my ($self, $claims, %options) = @_;
	my $id = $options{key} // 'first';
	my $key = $self->{keys}{$id};
	my %header = (alg => $key->{algorithm}, kid => $id, typ => 'JWT', %{ $options{header} // {} });
	my %claims = (iss => $ADDRESS, aud => $AUDIENCE, sub => 'ann', exp => time + 600, jti => int rand 1e12, %{ $claims // {} });
	for my $part (\%header, \%claims) { delete $part->{$_} for grep { !defined $part->{$_} } keys %$part }
	my $text = join '.', map { encode_base64url($json->encode($_)) } \%header, \%claims;
	return "$text." . encode_base64url(($options{sign} // sub { signature($key, $_[0]) })->($text));
}

sub _serve
{
	my ($self) = @_;
	my $listen = IO::Socket::INET->new(Listen => 20, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "listen: $!\n";
	$self->{port} = $listen->sockport;
	my $pid = fork // die "fork: $!\n";
	if (!$pid)
	{
		$SIG{PIPE} = 'IGNORE';
		my @held;
		while (my $client = $listen->accept) { $self->_answer($client, \@held) }
		require POSIX;
		POSIX::_exit(0);
	}
	$self->{pid} = $pid;
	return $self;
}

sub _answer
{
	my ($self, $client, $held) = @_;
	my $line = readline($client) // '';
	open my $log, '>>', "$self->{folder}/asked";
	print {$log} '.';
	close $log;
	my $how = $self->_read('behaviour');
	if ($how eq 'hang') { push @$held, $client; return }
	my $body = $how eq 'huge' ? ' ' x 10_000_000 : $how eq 'broken' ? '{"keys":' : $self->_read('keys');
	while (defined(my $header = readline $client)) { last if $header =~ /^\r?$/ }
	print {$client} $how eq 'down' ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
		: $how eq 'far' ? "HTTP/1.1 302 There\r\nLocation: file://$self->{folder}/keys\r\nContent-Length: 0\r\n\r\n"
		: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n$body";
	close $client;
	return;
}

sub DESTROY
{
	my ($self) = @_;
	return if $$ != $self->{creator} || !$self->{pid};
	local $?;
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	return;
}

1;
