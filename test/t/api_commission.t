# quote_commission, the agency's rates, what a trip earns, and recalculation.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use List::Util qw(sum0);
use Test::More;
use CallTest;

my $door = CallTest->new('api_commission');
my $owner = $door->owner;
my $yes = JSON::PP::true;
my $no = JSON::PP::false;
my $today = $owner->selectrow_array("select (now() at time zone 'UTC')::date");

sub call { return $door->call('agent', @_) }
sub admin { return $door->call('admin', @_) }

sub quote
{
	my ($offer, $rates, %more) = @_;
	return $door->call('reader', 'quote_commission', { offer => { currency => 'USD', %$offer }, rates => $rates, %more });
}

sub room { my ($amount, %more) = @_; return (components => [{ kind => 'room', amount => $amount, tax => 'excluded', %more }]) }
sub same { my ($got, $expected, $what) = @_; return ok(defined $got && $got == $expected, "$what: $expected") || diag('got ', $got // 'null') }

# Base
my $card = quote({ site => 'navitrip', components => [{ kind => 'room', amount => '296.00', tax => 'included', tax_amount => '11.03' }] }, [{ id => 1, value => 30 }]);
same($card->{commission}, '85.49', '30 % of 296.00 with 11.03 tax');
same($card->{base}, '284.97', 'its base');
is($card->{base_estimated}, $no, 'is exact');
is($card->{rate_id}, 1, 'by that rate');
is(quote({ components => [{ kind => 'room', amount => 296 }] }, [{ value => 30 }])->{base_estimated}, $yes, 'a tax basis that is not known makes the base an estimate');
same(quote({ components => [map { { kind => $_, amount => 100, tax => 'excluded' } } qw(room service_charge addon air transfer insurance car tax resort_fee ncf penalty)] }, [{ value => 10 }])->{base}, 700, 'taxes, fees and penalties earn nothing');
same(quote({ components => [{ kind => 'tax', amount => 100, tax => 'excluded', commissionable => $yes }] }, [{ value => 10 }])->{commission}, 10, 'unless said otherwise');
is(quote({ room(100) }, [{ site => 'vax', value => 10 }])->{commission}, undef, 'without a rate the commission is not known');

# Which rate
my @rates = ({ id => 1, value => 1 }, { id => 2, site => 'vax', value => 2 }, { id => 3, site => 'vax', product_type => 'hotel', value => 3 }, { id => 4, site => 'vax', chain => 'Grand', value => 4, priority => 5 }, { id => 5, site => 'web', value => 5 });
is(quote({ room(100) }, \@rates)->{rate_id}, 1, 'a key that is not known matches nothing');
is(quote({ site => 'vax', room(100) }, \@rates)->{rate_id}, 2, 'more keys win');
is(quote({ site => 'vax', product_type => 'hotel', chain => 'Grand', room(100) }, \@rates)->{rate_id}, 4, 'then priority');
is(quote({ room(100) }, [{ id => 1, value => 1, effective_from => '2020-01-01' }, { id => 2, value => 2, effective_from => '2021-01-01' }])->{rate_id}, 2, 'then the newest');
is(quote({ room(100) }, [{ id => 9, value => 1 }, { id => 8, value => 2 }])->{rate_id}, 8, 'then the lowest id');
my $zero = quote({ room(100) }, [{ id => 0, value => 1 }], rules => [{ id => 0, actions => { exclude => $yes } }]);
is_deeply([@$zero{qw(rate_id ineligible_rule)}, map { $_->{id} } grep { $_->{step} =~ /^(rate|rule)/ } @{ $zero->{trace} }], [0, 0, 0, 0], 'number 0 is a number');
my @dated = ({ id => 1, value => 1, effective_from => '2026-01-01', effective_until => '2026-01-31' });
is(quote({ booked_on => $_->[0], room(100) }, \@dated)->{rate_id}, $_->[1], "booked $_->[0]") for (['2025-12-31', undef], ['2026-01-01', 1], ['2026-01-31', 1], ['2026-02-01', undef]);
is(quote({ check_in => $_->[0], room(100) }, [{ id => 1, value => 1, weekdays => [1, 6] }])->{rate_id}, $_->[1], "arrival $_->[0]") for (['2026-11-23', 1], ['2026-11-24', undef], ['2026-11-28', 1]);
is(quote({ refundable => $_->[0], room(100) }, [{ id => 1, value => 1, refundable => $yes }])->{rate_id}, $_->[1], 'refundable') for ([$yes, 1], [$no, undef]);

# Kinds
my %week = (nights => 7, rooms => 2);
same(quote({ %week, room(1000) }, [{ kind => $_->[0], value => 5 }])->{commission}, $_->[1], $_->[0]) for (['percent', 50], ['fixed_per_stay', 5], ['fixed_per_night', 35], ['fixed_per_room_night', 70], ['net_markup', 50]);
same(quote({ %week, room(1000) }, [{ value => 10 }, { kind => 'override_percent', value => 2 }, { kind => 'bonus_fixed', value => 7 }])->{commission}, 127, 'override and bonus are added');
same(quote({ room(1000) }, [{ value => 10, cap => 60 }])->{commission}, 60, 'cap');
same(quote({ room(1000) }, [{ value => 1, floor => 60 }])->{commission}, 60, 'floor');
same(quote({ nights => 10, room(1000) }, [{ value => 10, first_nights => 4 }])->{commission}, 40, 'first nights');
my @tiers = (tiers => [{ from => 0, value => 5 }, { from => 1000, value => 10 }]);
same(quote({ room(1000) }, [{ kind => 'tier_percent', @tiers }], volume => $_->[0])->{commission}, $_->[1], "whole tiers at $_->[0]") for ([0, 50], [1000, 100]);
same(quote({ room(1000) }, [{ kind => 'tier_percent', mode => 'marginal', @tiers }], volume => 500)->{commission}, 75, 'marginal tiers');
same(quote({ room(1000) }, [{ kind => 'tier_percent', window => 'year', measure => 'bookings', tiers => [{ from => 0, value => 5 }, { from => 3, value => 8 }] }], volume => { year => { bookings => 3 } })->{commission}, 80, 'tiers by bookings of the year');
same(quote({ currency => 'JPY', room(1005) }, [{ value => 10 }])->{commission}, 101, 'yen are rounded half up');
same(quote({ room('100.10') }, [{ value => 4.875 }])->{commission}, '4.88', 'a rate of three decimals');

# Rules
sub ruled { my ($conditions, $actions, $offer) = @_; return quote({ site => 'vax', room(100), %{ $offer // {} } }, [{ value => 10 }], rules => [{ id => 7, conditions => $conditions, actions => $actions }]) }
my $double = { commission_multiplier => 2 };
for (['trip_budget', { min => 5000, max => 6000 }, [trip_budget => 5500], [trip_budget => 4999]], ['client_tier', ['vip'], [client_tier => 'vip'], [client_tier => 'standard']],
	['destination', ['Dublin'], [destination => 'Dublin'], [destination => 'Rome']], ['travel_dates', { start => '2026-07-01', end => '2026-07-31' }, [travel_start => '2026-07-31'], [travel_start => '2026-08-01']],
	['min_nights', 3, [nights => 3], [nights => 2]], ['site', ['vax'], [site => 'vax'], [site => 'web']], ['refundable', $yes, [refundable => $yes], [refundable => $no]])
{
	my ($name, $condition, $fits, $not) = @$_;
	same(ruled({ $name => $condition }, $double, { @$fits })->{commission}, 20, "condition $name holds");
	same(ruled({ $name => $condition }, $double, { @$not })->{commission}, 10, "condition $name does not");
}
same(ruled({}, { bonus_fixed => 3 })->{commission}, 13, 'action bonus_fixed');
is(ruled({}, { prefer_sites => ['vax'] })->{preferred}, $yes, 'action prefer_sites');
is_deeply(ruled({}, $double)->{rules_applied}, [7], 'the rule is named');
for (['exclude', $yes, {}], ['require_refundable', $yes, { refundable => $no }], ['min_commission_percent', 11, {}])
{
	my $out = ruled({}, { $_->[0] => $_->[1] }, $_->[2]);
	is_deeply([@$out{qw(eligible commission ineligible_rule)}], [$no, undef, 7], "action $_->[0] takes an offer out");
	ok(length $out->{ineligible_reason}, "and says why: $out->{ineligible_reason}");
}
is(ruled({}, { require_refundable => $yes }, { refundable => $yes })->{eligible}, $yes, 'a refundable one stays');
is(ruled({}, { min_commission_percent => 10 })->{eligible}, $yes, 'one that earns enough stays');

# A rule of the agency that no calculation would understand is refused where it is written
{
	local $owner->{PrintError} = 0;
	my $write = 'insert into voygen.commission_rules (agency_id, rule_id, name, conditions, actions) values (?, 900, ?, ?, ?)';
	for (['conditions/foo', '{"foo": 1}', '{}'], ['conditions/trip_budget/mni', '{"trip_budget": {"mni": 5}}', '{}'], ['conditions/min_nights', '{"min_nights": "long"}', '{}'],
		['conditions/site', '{"site": "web"}', '{}'], ['conditions/travel_dates/start', '{"travel_dates": {"start": "soon"}}', '{}'], ['actions/boost', '{}', '{"boost": 2}'],
		['actions/commission_multiplier', '{}', '{"commission_multiplier": -1}'])
	{
		my ($path, @parts) = @$_;
		ok(!eval { $owner->do($write, undef, $door->agency('sunny'), "Bad $path", @parts); 1 }, "a rule with $path is refused");
		like($owner->pg_error_field('message_detail'), qr{/\Q$path\E"}, 'and the error names it');
	}
	$owner->do($write, undef, $door->agency('sunny'), 'Good', '{"trip_budget": {"min": "5000.00"}, "travel_dates": {"end": "2027-01-31"}, "refundable": false}', '{"exclude": true}');
	ok(!eval { $owner->do('update voygen.commission_rules set actions = ? where rule_id = 900 and agency_id = ?', undef, '{"exclude": "yes"}', $door->agency('sunny')); 1 }, 'nor can a good one be spoilt');
	$owner->do('delete from voygen.commission_rules where rule_id = 900 and agency_id = ?', undef, $door->agency('sunny'));
}

# Stated
my $stated = quote({ room(1000), stated => { amount => 103 } }, [{ value => 10 }]);
is_deeply([map { $_ + 0 } $stated->{commission}, $stated->{stated}, $stated->{expected}, $stated->{variance}{amount}], [100, 103, 103, 3], 'what a portal states stands beside');
is_deeply([$stated->{source}, $stated->{variance}{alert}], ['stated', $yes], 'counts, and more than 1 % off is told');
is(quote({ room(1000), stated => { amount => 100.5 } }, [{ value => 10 }])->{variance}{alert}, $no, 'less than 1 % is not');

# Each calculation is kept: who, with which tool, from what, with which result
sub last_kept { return $owner->selectrow_hashref('select *, inputs::text as inputs, trace::text as trace from voygen.commission_audit order by calculated_at desc, audit_id desc limit 1') }
sub kept_count { return $owner->selectrow_array('select count(*) from voygen.commission_audit') }
my $kept = kept_count();
my $asked = { site => 'navitrip', room(1000), stated => { amount => 103 } };
my $answer = quote($asked, [{ id => 5, value => 10 }]);
is(kept_count(), $kept + 1, 'a quote leaves one row');
my $row = last_kept();
is_deeply([@$row{qw(agency_id role tool reason user_id base commission currency source rate_id)}], [$door->agency('sunny'), 'voygen_reader', 'quote_commission', 'quote_commission', undef, '1000.000', '103.000', 'USD', 'stated', 5], 'with caller, tool and result');
is_deeply(decode_json($row->{trace}), $answer->{trace}, 'with its trace');
my $inputs = decode_json($row->{inputs});
is_deeply([$inputs->{offer}{site}, $inputs->{offer}{components}[0]{amount} + 0, $inputs->{rates}[0]{value} + 0], ['navitrip', 1000, 10], 'with what it was made from');
quote($asked, [map { { id => $_, value => 10 } } 1 .. 2000]);
my $long = decode_json(last_kept()->{inputs});
is_deeply([sort keys %$long], ['(bytes)', '(sha256)'], 'long inputs by their digest');
like($long->{'(sha256)'}, qr/^[0-9a-f]{64}$/, 'a SHA-256');
$kept = kept_count();
my $once = { offer => { currency => 'USD', room(10) }, rates => [{ value => 10 }], idempotency_key => 'quoted' };
is_deeply($door->call('reader', 'quote_commission', $once), $door->call('reader', 'quote_commission', $once), 'a key answers the same');
is(kept_count(), $kept + 1, 'and calculates once');
$door->fails('reader', 'quote_commission', { offer => { currency => 'USD', room(1.234) }, rates => [{ value => 10 }] });
is(kept_count(), $kept + 1, 'what is refused is no calculation');
my ($ann) = $owner->selectrow_array('select voygen.create_user(?, ?, ?, ?)', undef, $door->agency('sunny'), 'ann@sunny.example', 'Ann', 'agent');
$door->add_token('sunny', 'ann', 'voygen_agent', user_id => $ann);
$door->call('ann', 'quote_commission', { offer => { currency => 'USD', room(10) }, rates => [{ value => 10 }] });
is_deeply([@{ last_kept() }{qw(user_id role)}], [$ann, 'voygen_agent'], 'a person is named');
$owner->do(sprintf 'set voygen.agency_id = %d', $door->agency('rainy'));
$owner->do('set role voygen_reader');
my ($by_hand) = $owner->selectrow_array(q{select commission from voygen_api.quote_commission(jsonb_populate_record(null::voygen_api.commission_offer, '{"currency": "USD", "components": [{"kind": "room", "amount": 50, "tax": "excluded"}]}'), array[jsonb_populate_record(null::voygen_api.commission_rate, '{"value": 10}')])});
ok(!eval { $owner->do("insert into voygen.commission_audit (commission) values (1)"); 1 }, 'a reader keeps nothing else');
$owner->do('reset role');
$owner->do('reset voygen.agency_id');
same($by_hand, 5, 'a session may quote without a call');
is_deeply([@{ last_kept() }{qw(agency_id role tool)}], [$door->agency('rainy'), 'voygen_reader', undef], 'it is kept by the role, for its agency');
same(quote({ room('99999999999999.99') }, [{ value => 10 }])->{commission}, '10000000000000.00', 'an amount no table holds is answered');
is(last_kept()->{commission}, undef, 'and kept in the inputs alone');

# Refused, with the path
for (['/offer/currency', 'unknown_name|invalid_argument', { currency => 'XXQ', room(1) }, [{ value => 1 }]], ['/offer/components/0/amount', 'invalid_argument', { room(1.234) }, [{ value => 1 }]],
	['/rates/1/cap', 'invalid_argument', { room(1) }, [{ value => 1 }, { value => 1, cap => 1, floor => 2 }]], ['/rates/0/value', 'invalid_argument', { room(1) }, [{ kind => 'percent' }]],
	['/rates/0/kind', 'invalid_argument', { room(1) }, [{ kind => 'gift', value => 1 }]], ['/rates/0/weekdays/0', 'invalid_argument', { room(1) }, [{ value => 1, weekdays => [8] }]],
	['/offer/check_out', 'invalid_argument', { check_in => '2026-01-02', check_out => '2026-01-01', room(1) }, [{ value => 1 }]],
	['/volume', 'invalid_argument', { room(1) }, [{ value => 1 }], [5]], ['/volume', 'invalid_argument', { room(1) }, [{ value => 1 }], -1],
	['/volume/nights', 'unknown_name', { room(1) }, [{ value => 1 }], { nights => 5 }], ['/volume/year/month', 'unknown_name', { room(1) }, [{ value => 1 }], { year => { month => 5 } }],
	['/volume/year/amount', 'invalid_argument', { room(1) }, [{ value => 1 }], { year => { amount => 'much' } }])
{
	my ($path, $code, $offer, $given, $volume) = @$_;
	my $error = $door->fails('reader', 'quote_commission', { offer => { currency => 'USD', %$offer }, rates => $given, volume => $volume });
	ok(($error->{path} // '') =~ m{^\Q$path\E} && $error->{code} =~ /^($code)$/, "$path is refused") or diag(explain($error));
}

# The agency's rates
$owner->do('update voygen.commission_rates set is_active = false');
my $set = admin('configure_commission_rates', { rates => [{ site => 'navitrip', value => 10 }, { site => 'vax', value => 9 }] });
is_deeply([@$set{qw(inserted updated unchanged closed)}], [2, 0, 0, 0], 'rates are added');
my ($navitrip, $vax) = @{ $set->{rate_ids} };
is_deeply([@{ admin('configure_commission_rates', { rates => [{ site => 'navitrip', value => 10 }] }) }{qw(inserted updated unchanged closed)}], [0, 0, 1, 0], 'the same again changes nothing');
is_deeply([@{ admin('configure_commission_rates', { rates => [{ id => $navitrip, site => 'navitrip', value => 11 }] }) }{qw(inserted updated unchanged closed)}], [0, 1, 0, 0], 'a rate is changed by its number');
is($owner->selectrow_array("select count(*) from voygen.commission_rates where site = 'navitrip' and commission_percent = 10 and not is_active and rate_id > ? and agency_id = ?", undef, $vax, $door->agency('sunny')), 1, 'what it was is kept');
is_deeply([@{ admin('configure_commission_rates', { rates => [{ site => 'navitrip', value => 15, effective_from => '2030-01-01' }] }) }{qw(inserted updated unchanged closed)}], [1, 0, 0, 1], 'a later rate ends the earlier');
is($owner->selectrow_array('select effective_until from voygen.commission_rates where rate_id = ?', undef, $navitrip), '2029-12-31', 'the day before it begins');
{
	my $special = admin('configure_commission_rates', { rates => [{ site => 'navitrip', value => 20, effective_from => '2028-06-01', effective_until => '2028-08-31' }] });
	is_deeply([@$special{qw(inserted closed)}], [1, 0], 'a rate for a while does not end the one that goes on after it');
	is($owner->selectrow_array('select effective_until from voygen.commission_rates where rate_id = ?', undef, $navitrip), '2029-12-31', 'which keeps its days');
	is_deeply([map { "$_->{rate_id} $_->{overlap_from} $_->{overlap_until} $_->{wins}" } @{ $special->{overlaps} }], ["$navitrip 2028-06-01 2028-08-31 $special->{rate_ids}[0]"], 'and stands back meanwhile');
	$owner->do('delete from voygen.commission_rates where rate_id = ? and agency_id = ?', undef, $special->{rate_ids}[0], $door->agency('sunny'));
}
my $clash = admin('configure_commission_rates', { rates => [{ site => 'vax', value => 12, priority => 1 }] });
is_deeply([map { "$_->{rate_id} $_->{other_rate_id} $_->{wins}" } @{ $clash->{overlaps} }], ["$vax $clash->{rate_ids}[0] $clash->{rate_ids}[0]"], 'rates for the same offers and days are reported');
is($door->fails('admin', 'configure_commission_rates', { mode => 'replace', rates => [] })->{path}, '/confirm', 'replacing asks for confirm');
is(admin('configure_commission_rates', { mode => 'replace', confirm => $yes, rates => [{ site => 'navitrip', value => 10 }] })->{closed}, 3, 'replace changes the one for the same offers and ends the others');
is($owner->selectrow_array("select count(*) from voygen.commission_rates where is_active and coalesce(effective_until >= current_date, true) and agency_id = ?", undef, $door->agency('sunny')), 1, 'and only the one is left');
for (['/rates/0/site', 'unknown_name', { site => 'nowhere', value => 1 }], ['/rates/0/id', 'not_found', { id => 12345678, value => 1 }], ['/rates/0/value', 'invalid_argument', { value => 10.12345 }], ['/rates/0/effective_from', 'invalid_argument', { value => 1, effective_from => '2026-02-01', effective_until => '2026-01-01' }])
{
	my $error = $door->fails('admin', 'configure_commission_rates', { rates => [$_->[2]] });
	ok($error->{code} eq $_->[1] && $error->{path} =~ m{^/rates/0/}, "$_->[0] is refused") or diag(explain($error));
}
is($door->fails('agent', 'configure_commission_rates', { rates => [] })->{code}, 'not_allowed', 'rates are for administrators');

# What a trip earns
call('create_client', { name => 'Demo' });
my $trip = call('create_trip', { client_id => 'demo', title => 'Italy', destination => 'Italy', start_date => '2026-09-10', end_date => '2026-09-20',
	legs => [{ city => 'Rome', arrive_date => '2026-09-10', depart_date => '2026-09-15' }, { city => 'Amalfi', arrive_date => '2026-09-15', depart_date => '2026-09-20' }] });
my ($rome, $amalfi) = @{ $trip->{leg_ids} };
call('ingest_hotels', { trip_id => $trip->{slug}, site => 'navitrip', hotels => [map { { site_id => $_->[0], name => $_->[0], city => $_->[1], available => $_->[3] // $yes, lead_price => { currency => $_->[4] // 'USD' }, total => { amount => $_->[2], tax => 'excluded' } } }
	(['a', 'Rome', 1000], ['b', 'Rome', 2000], ['c', 'Rome', 9000, $no], ['d', 'Amalfi', 500], ['e', 'Amalfi', 5000, $yes, 'EUR'])] });
my @booked = map { call('add_booking', { trip_id => $trip->{slug}, kind => 'hotel', tax => 'excluded', %$_ }) } (
	{ leg_id => $rome, site => 'navitrip', price => { amount => 1500, currency => 'USD' } }, { site => 'vax', price => { amount => 300, currency => 'USD' } },
	{ leg_id => $amalfi, site => 'web', price => { amount => 700, currency => 'EUR' }, stated_commission => { amount => 70 } });
my $sum = call('calculate_trip_commission', { trip_id => $trip->{slug} });
same($sum->{booked}, 150, 'booked, by the rates');
same($sum->{booked_total}, 1800, 'for so much');
same($sum->{potential}, 250, 'potential: the best of each leg, available and in the currency of the trip');
same(sum0(map { $_->{booked} } @{ $sum->{by_leg} }), $sum->{booked}, 'the legs add up');
same(sum0(map { $_->{potential} // 0 } @{ $sum->{by_leg} }), $sum->{potential}, 'so does their potential');
same(sum0(map { $_->{booked} } @{ $sum->{by_site} }), $sum->{booked}, 'the sites add up');
same(sum0(map { $_->{potential} } @{ $sum->{by_site} }), $sum->{potential}, 'so does theirs');
is_deeply([map { $_->{currency} . ' ' . ($_->{booked} + 0) } @{ $sum->{other_currencies} }], ['EUR 70'], 'another currency stands beside');
ok((grep { /booking $booked[1]{booking_id} .* no known commission/ } @{ $sum->{warnings} }), 'a booking without a commission is pointed out');
is(call('calculate_trip_commission', { trip_id => $trip->{slug}, include_potential => $no })->{potential}, undef, 'potential may be left out');
my $facts = $door->call('reader', 'query_trip_facts', { trip_ids => ["$trip->{trip_id}"] })->{trips}[0];
same($facts->{total_commission_potential}, $sum->{potential}, 'the facts say the same');

is_deeply([@{ last_kept() }{qw(tool role commission)}, decode_json(last_kept()->{inputs})], ['calculate_trip_commission', 'voygen_agent', '150.000', { trip_id => $trip->{trip_id}, include_potential => $no }], 'the sums are kept with who asked for what');
is_deeply($owner->selectrow_arrayref("select tool, role, inputs #>> '{components,0,amount}' from voygen.commission_audit where booking_id = ?", undef, $booked[0]{booking_id}), ['add_booking', 'voygen_agent', '1500.00'], 'so is the commission of a booking');
$door->call('agent', 'optimize_commission', { trip_id => $trip->{slug}, budget => 5000 });
is_deeply([@{ last_kept() }{qw(tool role)}, decode_json(last_kept()->{inputs})->{budget}], ['optimize_commission', 'voygen_agent', 5000], 'and each choice');

# After a change of rates
admin('configure_commission_rates', { rates => [{ site => 'navitrip', value => 12 }, { site => 'vax', value => 5 }] });
is($door->fails('admin', 'recalculate_commission', {})->{path}, '/confirm', 'recalculating asks for confirm');
my $again = admin('recalculate_commission', { confirm => $yes, reason => 'new contract' });
is_deeply([@$again{qw(bookings changed)}], [3, 2], 'what the rates decide is changed, what was stated is not');
is_deeply([map { join ' ', $_->{currency}, $_->{before} + 0, $_->{after} + 0 } @{ $again->{by_currency} }], ['EUR 70 70', 'USD 150 195'], 'before and after');
is(admin('recalculate_commission', { confirm => $yes })->{changed}, 0, 'a second time nothing changes');
is_deeply($owner->selectrow_arrayref('select commission, previous, reason from voygen.commission_audit where booking_id = ? order by audit_id desc limit 1', undef, $booked[0]{booking_id}), ['180.000', '150.000', 'recalculated: new contract'], 'the audit has both');
ok(!eval { $owner->do('delete from voygen.commission_audit'); 1 }, 'and keeps them');

# Two rates of one call for the same offers and days are two, and it is said that they overlap
my $pair = admin('configure_commission_rates', { rates => [map { { site => 'web', product_type => 'villa', rate_type => 'net', value => $_ } } 11, 12] });
my ($overlap) = grep { $_->{rate_id} == $pair->{rate_ids}[0] } @{ $pair->{overlaps} };
is_deeply([@$pair{qw(inserted updated unchanged closed)}, $overlap->{other_rate_id}, $overlap->{wins}], [2, 0, 0, 0, $pair->{rate_ids}[1], $pair->{rate_ids}[0]], 'two alike in one call: both are kept, the first one wins');

done_testing();
