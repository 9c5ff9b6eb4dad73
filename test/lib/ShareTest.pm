package ShareTest;

# A gateway with proposals behind links, and a client of HTTP as a browser is one.
#
#   my $share = ShareTest->new('my_test', more => [options of serve]);
#   my $offer = $share->offer(options => ['Classic']);        # {id, html, pdf, digest}: a final version with documents
#   my $key = $share->link($offer->{id});                     # made by the tool; valid for 30 days
#   my $answer = $share->get("/p/$key");                      # {status, headers, body}
#   my $answer = $share->send("/p/$key/decision", { name => 'Ann', decision => 'accepted', version => $offer->{digest} });

use strict;
use warnings;
use utf8;
use DBD::Pg qw(:pg_types);
use Digest::SHA qw(sha256 sha256_hex);
use Encode qw(encode);
use GatewayTest;
use JSON::PP;

our $READER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

sub new
{
	my ($class, $database, %options) = @_;
	return $class->on(GatewayTest->new($database, %options));
}

# The same with a gateway that runs.
sub on
{
	my ($class, $gateway) = @_;
	my $self = bless { gateway => $gateway, db => $gateway->db, version => 0 }, $class;
	$self->{agency} = { map { $_ => $self->{db}->selectrow_array('select agency_id from voygen.agencies where slug = ?', undef, $_) } qw(sunny rainy) };
	for my $slug (qw(sunny rainy))
	{
		my %token = (token => $gateway->{tokens}{"$slug:agent"});
		my $client = $gateway->call('create_client', { name => 'Demo Client' }, %token);
		$self->{trip}{$slug} = $gateway->call('create_trip', { client_id => $client->{slug}, title => 'A week', destination => 'Rome', start_date => '2027-05-01', end_date => '2027-05-08' }, %token);
	}
	return $self;
}

sub gateway { return $_[0]{gateway} }
sub db { return $_[0]{db} }

# The bytes of a small picture, and what kind it is.
sub picture { return "\xff\xd8\xff\xe0 a picture of agency $_[1] \xff\xd9" }

# A version with documents, final unless told otherwise: options => [names], status, valid_until, agency, title, html.
sub offer
{
	my ($self, %wanted) = @_;
	my $slug = $wanted{agency} // 'sunny';
	my $agency = $self->{agency}{$slug};
	my $id = 500_000 + ++$self->{version};
	my $picture = $wanted{picture} // $self->picture($slug);
	my $payload = JSON::PP->new->canonical->encode({ n => $id, $wanted{options} ? (options => [ map { { name => $_, total_amount => '1234.50' } } @{ $wanted{options} } ]) : () });
	my $html = $wanted{html} // encode('UTF-8', "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"><title>Été $id</title><body><h1>Été $id</h1><img alt=x src=\"images/" . sha256_hex($picture) . '.jpg">');
	my $pdf = "%PDF-1.4 $id \0\xff";
	my $insert = sub {
		my ($sql, @values) = @_;
		my $statement = $self->{db}->prepare($sql);
		$statement->bind_param($_ + 1, ref $values[$_] ? ${ $values[$_] } : $values[$_], ref $values[$_] ? { pg_type => PG_BYTEA } : {}) for 0 .. $#values;
		$statement->execute;
	};
	$insert->("insert into voygen.proposals (agency_id, proposal_id, trip_id, version, title, json_payload, currency, valid_until) values (?, ?, ?, ?, ?, ?, 'USD', ?)", $agency, $id, $self->{trip}{$slug}{trip_id}, $id, $wanted{title} // 'A week', $payload, $wanted{valid_until});
	$insert->('insert into voygen.proposal_documents (agency_id, proposal_id, kind, content, digest) values (?, ?, ?, ?, ?)', $agency, $id, @$_) for [ 'html', \$html, \sha256($html) ], [ 'pdf', \$pdf, \sha256($pdf) ];
	$insert->('insert into voygen.pictures (agency_id, digest, mime_type, width, height, content) values (?, ?, ?, 600, 400, ?) on conflict do nothing', $agency, \sha256($picture), 'image/jpeg', \$picture);
	$insert->("insert into voygen.proposal_images (agency_id, proposal_id, source_url, content_hash, mime_type, position) values (?, ?, 'https://pictures.example/1', ?, 'image/jpeg', 1)", $agency, $id, \sha256($picture));
	$self->{db}->do('update voygen.proposals set status = ? where proposal_id = ?', undef, $wanted{status} // 'final', $id) unless ($wanted{status} // '') eq 'draft';
	# as the server writes JSON; the digest is worked out here
	my ($text) = $self->{db}->selectrow_array('select json_payload::text from voygen.proposals where proposal_id = ?', undef, $id);
	return { id => $id, html => $html, pdf => $pdf, picture => $picture, digest => sha256_hex(sha256(encode('UTF-8', $text)) . sha256($html) . sha256($pdf)) };
}

# A key, by the tool; with the whole answer in list context.
sub link
{
	my ($self, $id, %options) = @_;
	my $slug = delete $options{agency} // 'sunny';
	my $made = $self->{gateway}->call('share_proposal', { proposal_id => $id, %options }, token => $self->{gateway}{tokens}{"$slug:agent"});
	return wantarray ? ($made->{key}, $made) : $made->{key};
}

# Options: method, agent (undef: none), headers.
sub get
{
	my ($self, $path, %options) = @_;
	my $gateway = $options{gateway} // $self->{gateway};
	my %headers = ('Content-Type' => undef, 'Content-Length' => undef, Accept => 'text/html,application/xhtml+xml,*/*;q=0.8', 'User-Agent' => exists $options{agent} ? $options{agent} : $READER, %{ $options{headers} // {} });
	my $socket = $gateway->connect;
	print {$socket} $gateway->request_bytes('', method => $options{method} // 'GET', path => $path, token => undef, headers => \%headers);
	return $gateway->read_answer($socket) if ($options{method} // '') ne 'HEAD';
	# no body comes, whatever its length is said to be
	print {$socket} $gateway->request_bytes('', method => 'GET', path => '/healthz', token => undef, headers => { 'Content-Type' => undef, 'Content-Length' => undef, Connection => 'close' });
	my $all = do { local $/; readline $socket };
	my ($head, $rest) = split /\r\n\r\n/, $all, 2;
	my ($status) = $head =~ m{\AHTTP/1\.1 (\d+)};
	return { status => $status, headers => { map { /\A([^:]+):\s*(.*)\z/ ? (lc $1, $2) : () } split /\r\n/, $head }, body => $rest =~ s{\AHTTP/1\.1 200 OK.*}{}sr };
}

# A form as a browser writes it: fields as a hash, a list of pairs, or the text of the body.
sub form
{
	my ($fields) = @_;
	return $fields unless ref $fields;
	my @pairs = ref $fields eq 'HASH' ? map { $_ => $fields->{$_} } sort keys %$fields : @$fields;
	my @coded = map { my $text = encode('UTF-8', $_ // ''); $text =~ s/([^A-Za-z0-9*._ -])/sprintf '%%%02X', ord $1/ge; $text =~ tr/ /+/; $text } @pairs;
	my $body = '';
	while (my ($name, $value) = splice @coded, 0, 2) { $body .= ($body eq '' ? '' : '&') . "$name=$value" }
	return $body;
}

# Options: headers, gateway.
sub send
{
	my ($self, $path, $fields, %options) = @_;
	my $gateway = $options{gateway} // $self->{gateway};
	my %headers = ('Content-Type' => 'application/x-www-form-urlencoded', Accept => 'text/html,*/*;q=0.8', 'User-Agent' => $READER, Origin => "http://127.0.0.1:$gateway->{port}", 'Sec-Fetch-Site' => 'same-origin', %{ $options{headers} // {} });
	return $gateway->post(form($fields), path => $path, token => undef, headers => \%headers);
}

sub status_of { my ($self, $id) = @_; return $self->{db}->selectrow_array('select status from voygen.proposals where proposal_id = ?', undef, $id) }
sub views { my ($self, $id) = @_; return $self->{db}->selectrow_array('select coalesce(sum(views), 0) from voygen.proposal_shares where proposal_id = ?', undef, $id) }

1;
