package VoygenProgram;

# Runs build/voygen as a user would, against one database of the tests.
#
#   use VoygenProgram;
#   my $voygen = VoygenProgram->new('my_test');          # connects as superuser and as voygen_gateway
#   my $run = $voygen->run('agency', 'list');            # {status, out, err}
#   $voygen->{token} = 'vg_…';                           # VOYGEN_TOKEN from then on
#   my $run = $voygen->run({ in => $text }, 'call', 'find_trips', '-');

use strict;
use warnings;
use IPC::Run ();
use VoygenTest;

sub new
{
	my ($class, $database) = @_;
	return bless {
		admin => database_url($database),
		gateway => database_url($database, 'voygen_gateway'),
	}, $class;
}

# The environment of the program: what the test says and nothing of the checkout's own .voygen/env.
sub environment
{
	my ($self) = @_;
	my %environment = (PATH => $ENV{PATH}, HOME => $ENV{HOME} // '/', LC_ALL => 'C.UTF-8');
	$environment{VOYGEN_DATABASE_URL} = $self->{admin} if defined $self->{admin};
	$environment{VOYGEN_GATEWAY_URL} = $self->{gateway} if defined $self->{gateway};
	# A text that is no token stands for none, so that a token of the checkout is never taken instead.
	$environment{VOYGEN_TOKEN} = $self->{token} // 'none';
	return (%environment, %{ $self->{more} // {} });
}

sub program { return checkout() . '/build/voygen' }

sub run
{
	my ($self, @arguments) = @_;
	my $options = ref $arguments[0] ? shift @arguments : {};
	my ($in, $out, $err) = ($options->{in} // '', '', '');
	local %ENV = $self->environment;
	IPC::Run::run([ @{ $options->{before} // [] }, program(), @arguments ], \$in, \$out, \$err);
	return { status => $? & 127 ? 'signal ' . ($? & 127) : $? >> 8, out => $out, err => $err };
}

# A token of an agency for a role, made by the program itself.
sub new_token
{
	my ($self, $agency, $role) = @_;
	my $run = $self->run('token', 'create', '--agency', $agency, '--role', $role);
	die "no token for $role: $run->{err}" if $run->{status} ne '0';
	chomp $run->{out};
	return $run->{out};
}

1;
