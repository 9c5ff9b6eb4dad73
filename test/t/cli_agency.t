# Agencies, their people and their tokens: made, listed, refused and revoked by the program.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Test::More;
use VoygenTest;
use VoygenProgram;

my $db = fresh_database('cli_agency');
my $voygen = VoygenProgram->new('cli_agency');

sub done
{
	my ($what, @arguments) = @_;
	my $run = $voygen->run(@arguments);
	is($run->{status}, 0, $what) or diag $run->{err};
	return $run->{out};
}

sub refused
{
	my ($what, $message, @arguments) = @_;
	my $run = $voygen->run(@arguments);
	is($run->{status}, 1, $what);
	like($run->{err}, $message, "$what: says what is wrong");
	is($run->{out}, '', "$what: prints no result");
	return;
}

# Agencies.
like(done('an agency is founded', qw(agency create sunny --name), 'Sunny Travel', qw(--currency EUR)), qr/^\d+$/, 'its number is printed');
my ($sunny, $currency) = $db->selectrow_array("select agency_id, currency from voygen.agencies where slug = 'sunny' and name = 'Sunny Travel'");
is($currency, 'EUR', 'with its currency');
done('a second agency', qw(agency create rainy));
like(done('agencies are listed', qw(agency list)), qr/^agency_id +slug.*^$sunny +sunny +Sunny Travel +EUR.*rainy/ms, 'both are in the list');
refused('the same slug again', qr/there is already an agency sunny/, qw(agency create sunny));
refused('a slug that is none', qr/"Not A Slug" is not a short name.*a-z, 0-9/s, 'agency', 'create', 'Not A Slug');
refused('a name that is empty', qr/name of an agency is empty/, qw(agency create windy --name), ' ');
refused('a currency that is none', qr/"ZZZ" is not a currency.*ISO 4217/s, qw(agency create windy --currency ZZZ));
is($db->selectrow_array('select count(*) from voygen.agencies'), 2, 'what was refused founded nothing');

# People.
my $ann = done('an administrator is added', qw(user create --agency sunny --email ann@sunny.example --name Ann --role admin));
chomp $ann;
done('a reader, agency by number', qw(user create --email rod@sunny.example --name Rod --role reader --no-advisor --agency), $sunny);
like(done('people are listed', qw(user list --agency sunny)), qr/$ann +ann\@sunny.example +Ann +admin +t.*rod\@sunny.example +Rod +reader +f/s, 'both, with role and advisor');
unlike(done('people of the other agency', qw(user list --agency rainy)), qr/sunny/, 'an agency lists its own people only');
refused('an unknown agency', qr/there is no agency "cloudy".*agencies are: sunny, rainy/s, qw(user list --agency cloudy));
refused('the same address again', qr/Ann\@sunny.example is already one of this agency's people/, qw(user create --agency sunny --email Ann@sunny.example --name Ann));
refused('an address that is none', qr/"ann" is not an e-mail address/, qw(user create --agency sunny --email ann --name Ann));

# Tokens.
my $token = done('a token', qw(token create --agency sunny --role agent --user), 'ANN@sunny.example', '--expires', '30 days', '--scope', 'find_trips,create_trip');
chomp $token;
like($token, qr/^vg_${sunny}_[0-9a-f]{64}$/, 'names its agency and holds a long secret');
my $row = $db->selectrow_hashref(
	"select *, expires_at between now() + interval '29 days' and now() + interval '31 days' as month,
	   encode(digest, 'hex') as hex from voygen.tokens where agency_id = ?", undef, $sunny);
is($row->{hex}, sha256_hex($token), 'the digest of the whole text is stored');
is($row->{user_id}, $ann, 'for the user, found by address');
is($row->{role}, 'voygen_agent', 'with its role');
is_deeply($row->{scopes}, [ 'find_trips', 'create_trip' ], 'with its scope');
ok($row->{month}, 'with its end');
my ($kept) = $db->selectrow_array("select count(*) from voygen.tokens t where t::text like '%' || ? || '%'", undef, $token);
is($kept, 0, 'the text itself is nowhere in the table');
isnt($voygen->new_token('sunny', 'agent'), $voygen->new_token('sunny', 'agent'), 'no two tokens are the same');
like(done('tokens are listed', qw(token list --agency sunny)), qr/$row->{token_id} +voygen_agent +ann\@sunny.example +find_trips,create_trip.*live/, 'with user, scope and state');
unlike(done('the list', qw(token list --agency sunny)), qr/vg_/, 'shows no token again');

my ($before) = $db->selectrow_array('select count(*) from voygen.tokens');
refused('a user who is not there', qr/agency sunny has no user bob/, qw(token create --agency sunny --role agent --user bob));
refused('more than the user may do', qr/a token of role voygen_admin would do more/, qw(token create --agency sunny --role admin --user rod@sunny.example));
refused('a span that is none', qr/"someday" is neither a day nor a span/, qw(token create --agency sunny --role agent --expires someday));
refused('a day that is over', qr/would end at 2020-01-31.*before it begins/, qw(token create --agency sunny --role agent --expires 2020-01-31));
refused('a tool that is none in the scope', qr/there is no tool find_trisp for the scope/, qw(token create --agency sunny --role agent --scope), 'find_trips,find_trisp,get_*');
refused('a user of another agency', qr/agency rainy has no user/, qw(token create --agency rainy --role agent --user ann@sunny.example));
is($db->selectrow_array('select count(*) from voygen.tokens'), $before, 'what was refused left nothing');

is(done('a token is revoked', qw(token revoke --agency sunny), $row->{token_id}), "$row->{token_id}\n", 'its number is printed');
like(done('the list', qw(token list --agency sunny)), qr/$row->{token_id} .*revoked/, 'shows it revoked');
refused('revoking again', qr/no live token $row->{token_id}/, qw(token revoke --agency sunny), $row->{token_id});
refused('revoking a token of another agency', qr/no live token/, qw(token revoke --agency rainy), $row->{token_id} + 1);

done_testing();
