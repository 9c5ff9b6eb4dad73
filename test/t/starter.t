# What a new agency begins with is whole: schemas are schemas, examples keep to them, and everything that is named is there.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP;
use Test::More;
use VoygenTest;

my $db = fresh_database('starter');
my ($agency) = $db->selectrow_array("select voygen.create_agency('new', 'Sun \"&\" Sea \\ Co')");
my $json = JSON::PP->new->allow_nonref;
sub rows { return map { my $row = $_; +{ map { $_ => /schema|values|examples|steps|variables|configuration|aliases/ ? $json->decode($row->{$_}) : $row->{$_} } grep { defined $row->{$_} } keys %$row } }
	@{ $db->selectall_arrayref($_[0], { Slice => {} }) } }

my @templates = rows("select name, to_json(aliases) as aliases, content, category, variables_schema, default_values, usage_examples from voygen.template_definitions where agency_id = $agency order by name");
my @chains = rows("select name, to_json(aliases) as aliases, category, steps, variables_schema, output_schema, default_variables, configuration from voygen.execution_chains where agency_id = $agency order by name");
my %instruction = map { $_ => 1 } @{ $db->selectcol_arrayref("select name from voygen.instruction_sets where agency_id is null and is_active") };

my %types = map { $_ => 1 } qw(string number integer boolean object array null);
my %kind_of = (string => sub { !ref $_[0] && $json->encode($_[0]) =~ /^"/ }, number => sub { $json->encode($_[0]) =~ /^-?\d/ }, integer => sub { $json->encode($_[0]) =~ /^-?\d+$/ });

# The part of JSON Schema these use: type object, properties with type and description, required, additionalProperties.
sub check_schema
{
	my ($schema, $what) = @_;
	is($schema->{type}, 'object', "$what: an object");
	my @untyped = grep { my $type = $schema->{properties}{$_}{type}; grep { !$types{$_} } ref $type ? @$type : ($type // 'none') } keys %{ $schema->{properties} };
	is_deeply(\@untyped, [], "$what: every property has a type of JSON Schema");
	is_deeply([ grep { !$schema->{properties}{$_} } @{ $schema->{required} // [] } ], [], "$what: what is required is defined");
	return;
}

# What is wrong with variables under a schema.
sub faults
{
	my ($schema, $variables) = @_;
	my @faults = map { "$_ is missing" } grep { !defined $variables->{$_} } @{ $schema->{required} // [] };
	for my $name (sort keys %$variables)
	{
		my $property = $schema->{properties}{$name};
		if (!$property) { push @faults, "$name is unknown"; next }
		my @allowed = ref $property->{type} ? @{ $property->{type} } : $property->{type};
		push @faults, "$name is no @allowed" unless grep { $kind_of{$_} && $kind_of{$_}->($variables->{$name}) } @allowed;
	}
	return \@faults;
}

# Names of variables a text has placeholders for.
sub placeholders
{
	my ($content) = @_;
	my %names;
	$names{$1} = 1 while $content =~ /\{([a-z_]+)[}|?.\[]/g;
	$names{$1} = 1 while $content =~ /\{\{#if ([a-z_]+)\}\}/g;
	return sort keys %names;
}

subtest 'templates' => sub {
	is_deeply([ map { $_->{name} } @templates ], [qw(client-welcome-email followup-email three-tier-proposal)], 'the three');
	for my $template (@templates)
	{
		my $schema = $template->{variables_schema};
		check_schema($schema, $template->{name});
		is_deeply([ placeholders($template->{content}) ], [ sort keys %{ $schema->{properties} } ], "$template->{name}: placeholders are the variables, all of them");
		is_deeply(faults({ %$schema, required => [] }, $template->{default_values}), [], "$template->{name}: defaults keep to the schema");
		my @without = grep { !exists $template->{default_values}{$_} } grep { my $name = $_; !grep { $_ eq $name } @{ $schema->{required} } } keys %{ $schema->{properties} };
		is_deeply([ grep { !/_price$/ } @without ], [], "$template->{name}: what may be left out has a default");
		cmp_ok(scalar @{ $template->{usage_examples} }, '>', 0, "$template->{name}: has an example");
		for my $example (@{ $template->{usage_examples} })
		{
			is_deeply(faults($schema, $example->{variables}), [], "$template->{name}: example '$example->{name}' keeps to the schema");
		}
	}
	my ($welcome) = grep { $_->{name} eq 'client-welcome-email' } @templates;
	is($welcome->{default_values}{agency_name}, 'Sun "&" Sea \\ Co', 'letters are signed by the agency that got them');
	my ($left) = $db->selectrow_array("select count(*) from voygen.template_definitions where agency_id = $agency and default_values::text like '%Demo Agency%'");
	is($left, 0, 'not by an example');
};

subtest 'chains' => sub {
	is_deeply([ map { $_->{name} } @chains ], [qw(client-followup-sequence mobile-lead-processing proposal-generation-workflow)], 'the three');
	my %template = map { $_->{name} => $_ } @templates;
	for my $chain (@chains)
	{
		check_schema($chain->{variables_schema}, "$chain->{name} input");
		check_schema($chain->{output_schema}, "$chain->{name} output");
		is_deeply(faults({ %{ $chain->{variables_schema} }, required => [] }, $chain->{default_variables}), [], "$chain->{name}: defaults keep to the schema");
		my %known = map { $_ => 1 } keys %{ $chain->{variables_schema}{properties} };
		my %made;
		for my $step (@{ $chain->{steps} })
		{
			my $where = "$chain->{name}, $step->{id}";
			like($step->{type}, qr/^(instruction_set|template_processing|tool_call|data_transformation)$/, "$where: a known type");
			ok($instruction{ $step->{instruction_set} }, "$where: instructions $step->{instruction_set} are there") if $step->{instruction_set};
			if ($step->{template})
			{
				my $used = $template{ $step->{template} };
				ok($used, "$where: template $step->{template} is there");
				my @missing = grep { !$known{$_} && !exists $used->{default_values}{$_} } @{ $used->{variables_schema}{required} };
				is_deeply(\@missing, [], "$where: what the template needs is there by then");
			}
			is_deeply([ grep { !$known{$_} } @{ $step->{required_variables} } ], [], "$where: what it needs is given or made before");
			is_deeply([ grep { !$made{$_} } @{ $step->{depends_on} // [] } ], [], "$where: it waits for steps before it");
			$known{$_} = 1 for @{ $step->{output_variables} };
			$made{ $step->{id} } = 1;
		}
		my %output = map { $_ => 1 } map { @{ $_->{output_variables} } } @{ $chain->{steps} };
		is_deeply([ grep { !$output{$_} } keys %{ $chain->{output_schema}{properties} } ], [], "$chain->{name}: its outputs are made by its steps");
	}
};

subtest 'instructions' => sub {
	for my $name (qw(mobile-mode interactive-mode three-tier-pricing tool-reference database-operations activity-logging workflows))
	{
		ok($instruction{$name}, $name);
	}
	is_deeply($db->selectcol_arrayref("select name from voygen.instruction_sets where supports_templating order by 1"), [qw(interactive-mode mobile-mode three-tier-pricing)], 'three take variables');
};

subtest 'rates, rules and sites' => sub {
	is_deeply($db->selectall_arrayref("select site, accommodation_type, refundable, commission_percent, is_active from voygen.commission_rates where agency_id = $agency order by 1, 2, 3"), [
			[ 'navitrip', 'hotel', 1, '12.0000', 1 ], [ 'navitrip', 'hotel', undef, '10.0000', 1 ],
			[ 'trisept', 'hotel', undef, '8.0000', 1 ], [ 'trisept', 'resort', undef, '10.0000', 1 ], [ 'vax', 'hotel', undef, '9.0000', 1 ] ], 'rates');
	is_deeply($db->selectall_arrayref("select name, priority, is_active from voygen.commission_rules where agency_id = $agency order by priority desc"), [
			[ 'Prefer Refundable', 100, 0 ], [ 'Minimum Commission', 90, 0 ], [ 'VIP', 80, 0 ] ], 'rules, which wait to be switched on');
	is_deeply($db->selectcol_arrayref("select site from voygen.sites where agency_id = $agency order by 1"), [qw(navitrip trisept vax viator web)], 'sites');
};

subtest 'loading again changes nothing an agency has changed' => sub {
	$db->do("update voygen.template_definitions set content = 'Ours' where agency_id = $agency and name = 'followup-email'");
	$db->do("delete from voygen.commission_rates where agency_id = $agency and site <> 'vax'");
	$db->do("delete from voygen.commission_rules where agency_id = $agency and name = 'VIP'");
	$db->do("select voygen.load_starter_data($agency)");
	is($db->selectrow_array("select content from voygen.template_definitions where agency_id = $agency and name = 'followup-email'"), 'Ours', 'a changed letter stays');
	is($db->selectrow_array("select count(*) from voygen.commission_rates where agency_id = $agency"), 1, 'rates are not added to those an agency has');
	is($db->selectrow_array("select count(*) from voygen.commission_rules where agency_id = $agency"), 3, 'what is missing comes back');
};

subtest 'people and tokens' => sub {
	my ($reader) = $db->selectrow_array("select voygen.create_user($agency, 'r\@a.example', 'R', 'reader')");
	my ($id, $token) = $db->selectrow_array("select * from voygen.create_token($agency, 'voygen_reader', $reader)");
	like($token, qr/^vg_${agency}_[0-9a-f]{64}$/, 'a token names its agency');
	ok($db->selectrow_array("select digest = sha256(convert_to(?, 'UTF8')) from voygen.tokens where token_id = $id", undef, $token), 'only its digest is kept');
	ok(!eval { $db->do("select voygen.create_token($agency, 'voygen_agent', $reader)"); 1 }, 'a token does no more than its user');
	like($@, qr/user $reader is reader: a token of role voygen_agent would do more/, 'and says so');
	ok(!eval { $db->do("select voygen.create_token($agency, 'voygen_owner')"); 1 }, 'no token reaches the owner');
	ok(!eval { $db->do("select voygen.create_token($agency, 'voygen_agent', 12345)"); 1 }, 'a user who is not there has none');
	like($@, qr/user 12345 does not exist in this agency/, 'and that is said');
	ok($db->selectrow_array("select voygen.revoke_token($agency, $id)"), 'a token is revoked');
	ok(!$db->selectrow_array("select voygen.revoke_token($agency, $id)"), 'once');
	ok(!eval { $db->do("select voygen.create_agency('new', 'Again')"); 1 }, 'a slug names one agency');
	ok(!eval { $db->do("select voygen.create_agency('Not a slug', 'X')"); 1 }, 'and is a slug');
};

done_testing();
