package CallTest;

# Calls tools through voygen.call as the gateway does, with two agencies and a token for each role.
#
#   my $door = CallTest->new('my_test');          # a fresh database
#   my $result = $door->call('agent', 'create_client', { name => 'Ann' });   # decoded result; dies on an error
#   my $error = $door->fails('agent', 'create_client', {});                  # code, state, message, path, expected, got, hint
#
# Who calls is named by role, or "rainy:ROLE" for the second agency. Arguments are data, or text that is sent as it is.

use strict;
use warnings;
use DBD::Pg qw(:pg_types);
use Digest::SHA qw(sha256);
use JSON::PP;
use Test::More;
use VoygenTest;

my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum;

sub new
{
	my ($class, $database) = @_;
	my $self = bless { database => $database, owner => fresh_database($database) }, $class;
	for my $slug (qw(sunny rainy))
	{
		my ($agency) = $self->{owner}->selectrow_array('select voygen.create_agency(?, ?)', undef, $slug, ucfirst $slug);
		$self->{agencies}{$slug} = $agency;
		$self->add_token($slug, $_, "voygen_$_") for qw(admin agent reader);
	}
	$self->{gateway} = $self->connect_gateway;
	return $self;
}

sub owner { return $_[0]{owner} }
sub gateway { return $_[0]{gateway} }
sub agency { return $_[0]{agencies}{$_[1]} }

# Another connection as the gateway.
sub connect_gateway
{
	my ($self, %options) = @_;
	return connect_to($self->{database}, user => 'voygen_gateway', %options);
}

# Makes a token that callers name "NAME" (of sunny) or "AGENCY:NAME"; further columns by name.
sub add_token
{
	my ($self, $slug, $name, $role, %columns) = @_;
	my $statement = $self->{owner}->prepare(
		'insert into voygen.tokens (agency_id, digest, role, scopes, expires_at, revoked_at, user_id) values (?, ?, ?, ?, ?, ?, ?)');
	$statement->bind_param(2, sha256("$slug:$name"), { pg_type => PG_BYTEA });
	$statement->bind_param(1, $self->agency($slug));
	$statement->bind_param(3, $role);
	my $number = 4;
	$statement->bind_param($number++, $columns{$_}) for qw(scopes expires_at revoked_at user_id);
	$statement->execute;
	return;
}

# The bound statement `select voygen.call($1,$2,$3,$4)`, ready to be executed.
sub statement
{
	my ($self, $db, $who, $tool, $arguments, $agency) = @_;
	my ($slug, $name) = $who =~ /^(\w+):(\w+)$/ ? ($1, $2) : ('sunny', $who);
	my $statement = $db->prepare('select voygen.call($1,$2,$3,$4)');
	$statement->bind_param(1, $agency // $self->agency($slug));
	$statement->bind_param(2, sha256("$slug:$name"), { pg_type => PG_BYTEA });
	$statement->bind_param(3, $tool);
	$statement->bind_param(4, ref $arguments ? $json->encode($arguments) : $arguments);
	return $statement;
}

# The result as text.
sub call_text
{
	my ($self, $who, $tool, $arguments, %options) = @_;
	my $statement = $self->statement($options{db} // $self->{gateway}, $who, $tool, $arguments // {}, $options{agency});
	$statement->execute;
	my ($text) = $statement->fetchrow_array;
	return $text;
}

sub call
{
	my ($self, @call) = @_;
	return $json->decode($self->call_text(@call));
}

# The parts of the error the call ends with; a test fails when it does not.
sub fails
{
	my ($self, $who, $tool, $arguments, %options) = @_;
	my $db = $options{db} // $self->{gateway};
	my $result = eval { $self->call_text($who, $tool, $arguments, %options) };
	return error_of($db) if $@;
	fail("$tool should have failed, but answered $result");
	return { code => '', state => '', message => '' };
}

# The parts of the last error of a connection.
sub error_of
{
	my ($db) = @_;
	my $detail = $db->pg_error_field('message_detail');
	my $parts = defined $detail && $detail =~ /^\{/ ? $json->decode($detail) : {};
	return { code => '', %$parts, state => $db->state, text => $db->pg_error_field('message_primary') // $db->errstr };
}

1;
