# `voygen call` and `voygen tools`: arguments from the line, a file and standard input, replies of any size whole, and
# every refusal as one JSON object with status 1.
use strict;
use warnings;
use utf8;
use Encode qw(encode_utf8 decode_utf8);
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;
use VoygenTest;
use VoygenProgram;

my $db = fresh_database('cli_call');
my $voygen = VoygenProgram->new('cli_call');
my $folder = tempdir(CLEANUP => 1);
$db->do("select voygen.create_agency('sunny', 'Sunny Travel')");
$db->do("select voygen.create_agency('rainy', 'Rainy Travel')");
my %token = map { $_ => $voygen->new_token('sunny', $_) } qw(admin agent reader);
$voygen->{token} = $token{agent};

sub file
{
	my ($name, $bytes) = @_;
	open my $file, '>:raw', "$folder/$name" or die "$name: $!\n";
	print $file $bytes;
	close $file or die "$name: $!\n";
	return "$folder/$name";
}

sub answered
{
	my ($what, $options, @arguments) = @_;
	my $run = $voygen->run($options, 'call', @arguments);
	is($run->{status}, 0, $what) or diag $run->{err};
	is($run->{err}, '', "$what: nothing on stderr");
	return eval { decode_json($run->{out}) } // {};
}

sub refused
{
	my ($what, $code, $message, $options, @arguments) = @_;
	my $run = $voygen->run($options, 'call', @arguments);
	is($run->{status}, 1, "$what: status 1");
	is($run->{out}, '', "$what: nothing on stdout");
	my $error = eval { decode_json($run->{err}) };
	ok($error, "$what: one JSON object on stderr") or diag $run->{err};
	is($error->{code}, $code, "$what: code") or diag $run->{err};
	like($error->{message}, $message, "$what: message");
	return $error // {};
}

# Three ways to give arguments.
my $client = answered('arguments on the line', {}, 'create_client', encode_utf8('{"name": "Søren Ærø"}'));
ok($client->{slug}, 'a slug comes back');
is(answered('arguments from a file', {}, 'create_client', '@' . file('client.json', '{"name": "From File"}'))->{slug}, 'from-file', 'and were read');
is(answered('arguments from standard input', { in => '{"name": "From Input"}' }, 'create_client', '-')->{slug}, 'from-input', 'and were read');
is(answered('no arguments', {}, 'find_clients')->{total}, 3, 'are an empty object');

# Far over 64 kB, both ways.
my $notes = encode_utf8('ü' x 500_000);
my $long = answered('a million bytes of arguments', { in => qq({"name": "Long", "notes": "$notes"}) }, 'create_client', '-');
my $run = $voygen->run('call', 'find_clients', '{"query": "Long"}');
cmp_ok(length $run->{out}, '>', 1_000_000, 'a reply of a million bytes');
is(decode_json($run->{out})->{clients}[0]{notes}, decode_utf8($notes), 'is whole');

# Refusals.
my $error = refused('an unknown tool', 'unknown_name', qr/find_trip/, {}, 'find_trip');
like(join(' ', map { $_ // '' } @$error{qw(hint expected message)}), qr/find_trips/, 'an unknown tool: near names are listed');
$error = refused('a wrong argument', 'invalid_argument', qr/./, {}, 'find_clients', '{"limit": "ten"}');
is($error->{path}, '/limit', 'a wrong argument: its path');
ok(length $error->{expected} && length $error->{got}, 'a wrong argument: expected and got');
refused('an argument nobody knows', 'unknown_name', qr/./, {}, 'find_clients', '{"quarry": "x"}');
refused('what is not there', 'not_found', qr/no-such-trip/, {}, 'get_trip', '{"trip_id": "no-such-trip"}');
refused('text that is no JSON', 'invalid_argument', qr/./, {}, 'find_clients', '{"query": ');
refused('a list for an object', 'invalid_argument', qr/./, {}, 'find_clients', '[]');
refused('nothing', 'invalid_argument', qr/./, { in => '' }, 'find_clients', '-');
refused('a NUL', 'invalid_argument', qr{/query}, { in => qq({"query": "a\0b"}) }, 'find_clients', '-');
refused('broken UTF-8', 'invalid_argument', qr{/query}, { in => qq({"query": "a\xff"}) }, 'find_clients', '-');
refused('depth', 'invalid_argument', qr/./, { in => '[' x 100_000 }, 'find_clients', '-');
refused('a file that is not there', 'invalid_argument', qr{cannot open /nowhere/x: No such file}, {}, 'find_clients', '@/nowhere/x');
refused('a folder for a file', 'invalid_argument', qr/cannot read \Q$folder\E: Is a directory/, {}, 'find_clients', "\@$folder");

# Who may do what.
$voygen->{token} = $token{reader};
answered('a reader reads', {}, 'find_clients');
refused('a reader writes', 'not_allowed', qr/./, {}, 'create_client', '{"name": "X"}');
my @of_reader = split /\n/, $voygen->run('tools')->{out};
$voygen->{token} = $token{admin};
my @of_admin = split /\n/, $voygen->run('tools')->{out};
cmp_ok(scalar @of_admin, '>', scalar @of_reader, 'an administrator is shown more tools than a reader');
ok((grep { /^find_trips +\S/ } @of_reader), 'a tool is shown with its title');
ok(!(grep { /^create_client\b/ } @of_reader), 'a reader is not shown what it may not call');

$run = $voygen->run('tools', '--json');
is($run->{status}, 0, 'tools --json') or diag $run->{err};
my %tool = map { $_->{name} => $_ } @{ decode_json($run->{out}) };
is($tool{find_clients}{inputSchema}{type}, 'object', 'with the schema of the arguments');
is($tool{find_clients}{outputSchema}{type}, 'object', 'and of the result');
is($tool{find_clients}{annotations}{readOnlyHint}, JSON::PP::true, 'and hints');

# The reference of the tools is the catalogue's.
$run = $voygen->run('tools', '--markdown');
is($run->{status}, 0, 'tools --markdown') or diag $run->{err};
open my $reference, '<', checkout() . '/service/TOOLS.md' or die "service/TOOLS.md: $!\n";
my %written = map { $_ => 1 } <$reference>;
my @missing = grep { !$written{$_} } $run->{out} =~ /^.*\n/mg;
ok(!@missing && -s $reference == length $run->{out}, 'service/TOOLS.md is current (an administrator\'s `voygen tools --markdown` writes it)')
	or diag('not there: ', $missing[0] // 'nothing, but there is more');
is(scalar(() = $run->{out} =~ /^## \w+$/mg), scalar @of_admin, 'with a section for each tool');
like($run->{out}, qr/^## get_trip\n\n\*\*Show a trip\.\*\* Reads only\.\n\nAnswers a trip.*?\n\| `trip_id` \* \| /ms, 'that says what it does and takes');
is($voygen->run('tools', '--markdown', '--json')->{status}, 2, 'one form at a time');

# Tokens that open nothing.
my %bad = (
	'no token' => 'nonsense',
	'a cut token' => substr($token{agent}, 0, 20),
	'a token of nobody' => $token{agent} =~ s/.$/$& eq '0' ? '1' : '0'/er,
	'another agency in front' => $token{agent} =~ s/^vg_\d+/vg_2/r,
	'a number too large' => 'vg_99999999999999999999_' . 'a' x 64,
);
for my $what (sort keys %bad)
{
	$voygen->{token} = $bad{$what};
	refused($what, 'not_allowed', qr/token/i, {}, 'find_clients');
	my $list = $voygen->run('tools');
	is($list->{status}, 1, "$what: no tools either");
}
$voygen->{token} = $token{agent};
my ($id) = $db->selectrow_array("select token_id from voygen.tokens where digest = sha256(?::bytea)", undef, $token{agent});
is($voygen->run('token', 'revoke', '--agency', 'sunny', $id)->{status}, 0, 'a token is revoked');
refused('a revoked token', 'not_allowed', qr/token/i, {}, 'find_clients');

done_testing();
