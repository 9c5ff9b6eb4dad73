# commission_total, one pass over the tables as they lie, adds up what the independent model says of every offer of every
# trip, and what the function says row by row: on odd trips, in any physical order, with dead and uncommitted rows, rows of
# other agencies in between, rooms without a hotel; and so it does by each of its other ways.
use strict;
use warnings;
use Test::More;
use VoygenTest;

my $db = fresh_database('commission_pass');
my $checkout = checkout();
$db->do("set timezone = 'UTC'");
for my $file (['test/facts_model/odd_trips.sql', '-v', 'trips=30', '-v', 'seed=' . ($ENV{FACTS_SEED} // 5)], ['test/facts_model.sql'])
{
	my ($name, @options) = @$file;
	system('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', 'commission_pass', @options, '-f', "$checkout/$name") == 0 or die("$name failed");
}
my ($one, $two) = map { $db->selectrow_array('select agency_id from voygen.agencies where slug = ?', undef, $_) } qw(odd-one odd-two);

# What the server says at DEBUG1 about the way taken.
my @said;
$db->do('set client_min_messages = debug1');
$SIG{__WARN__} = sub { push @said, $_[0] };

sub ours
{
	my ($agency) = @_;
	@said = ();
	my $rows = $db->selectall_arrayref('select currency, offers, without_commission, commission::text from voygen.commission_total(?)', undef, $agency);
	return join "\n", map { join ' ', @$_ } @$rows;
}

sub way
{
	my ($why) = map { /follows the primary keys: (.*)/ ? $1 : () } @said;
	return $why // 'sweep';
}

# Every offer of every trip by the model, in the currency's digits.
sub model
{
	my ($agency) = @_;
	my $rows = $db->selectall_arrayref(q{
		select currency, count(*), count(*) filter (where commission is null),
		       round(coalesce(sum(commission), 0), coalesce(voygen.currency_exponent(currency), 2))::text
		from (select o.currency, (facts_model.score(o, a.rounding)).commission
		      from voygen.trips t
		      join voygen.agencies a using (agency_id)
		      cross join lateral facts_model.offers(t.agency_id, t.trip_id, now()) o
		      where t.agency_id = ?) x
		where currency is not null
		group by currency
		order by currency collate "C"}, undef, $agency);
	return join "\n", map { join ' ', @$_ } @$rows;
}

sub equal
{
	my ($what, $expected_way) = @_;
	for my $agency ($one, $two)
	{
		my $model = model($agency);
		my $ours = ours($agency);
		is($ours, $model, "$what: agency $agency adds up to the model's " . (() = $model =~ /^/gm) . ' currencies');
		is(way(), $expected_way, "... by the way it should");
	}
	return;
}

my ($offers, $kinds, $odd) = $db->selectrow_array(q{
	select count(*), count(distinct o.currency), count(*) filter (where voygen.currency_exponent(o.currency) <> 2)
	from voygen.trips t cross join lateral facts_model.offers(t.agency_id, t.trip_id, now()) o where t.agency_id = ?}, undef, $one);
cmp_ok($offers, '>', 150, "the odd trips have many offers ($offers)");
cmp_ok($kinds, '>=', 4, '... in several currencies');
cmp_ok($odd, '>', 10, '... of which some have no cents, or mills');
# ids of hotels are only unique within a trip
$db->do('set client_min_messages = warning');
$db->do(q{insert into voygen.hotel_cache (agency_id, trip_id, hotel_id, site, hotel_key, name, currency, total_amount, total_tax, availability_status)
	select t.agency_id, t.trip_id, h.hotel_id, 'web', 'again', 'Again', 'GBP', 1234.56, 'excluded', 'available'
	from voygen.trips t join (select agency_id, min(hotel_id) as hotel_id, min(trip_id) as trip_id from voygen.hotel_cache group by 1) h
	  on h.agency_id = t.agency_id and h.trip_id <> t.trip_id
	where not exists (select from voygen.hotel_cache x where (x.agency_id, x.trip_id, x.hotel_id) = (t.agency_id, t.trip_id, h.hotel_id))});
$db->do(q{insert into voygen.rooms_cache (agency_id, trip_id, hotel_id, room_id, room_key, name, total_amount, currency, tax_basis, availability_status)
	select agency_id, trip_id, hotel_id, 800000 + trip_id, 'again', 'R', 1000 + trip_id, 'GBP', 'excluded', 'available'
	from voygen.hotel_cache where hotel_key = 'again' and trip_id % 2 = 0});
$db->do('set client_min_messages = debug1');
equal('as written', 'sweep');

# ---- physical order, dead rows ----

$db->do('set client_min_messages = warning');
for my $table (qw(rooms_cache hotel_cache trips clients))
{
	my ($key) = { rooms_cache => 'room_id', hotel_cache => 'hotel_id', trips => 'trip_id', clients => 'client_id' }->{$table};
	$db->do("create index shuffle on voygen.$table (md5(${key}::text || agency_id))");
	$db->do("cluster voygen.$table using shuffle");
	$db->do('drop index voygen.shuffle');
}
my ($mixed) = $db->selectrow_array(q{
	select count(*) from (select (ctid::text::point)[0] from voygen.rooms_cache group by 1 having count(distinct agency_id) > 1) pages});
cmp_ok($mixed, '>', 2, "rows of both agencies share pages ($mixed)");
$db->do("update voygen.rooms_cache set name = name || '.' where room_id % 3 = 0");
$db->do("update voygen.hotel_cache set name = name || '.' where hotel_id % 4 = 0");
$db->do('begin');
$db->do("update voygen.rooms_cache set total_amount = 1 where room_id % 5 = 0");
$db->do('rollback');
$db->do('set client_min_messages = debug1');
equal('shuffled, with dead rows', 'sweep');

# ---- what other transactions have not finished, and what this one has changed itself ----

my $other = connect_to('commission_pass', AutoCommit => 0);
$other->do("set client_min_messages = warning");
$other->do("insert into voygen.rooms_cache (agency_id, trip_id, hotel_id, room_id, room_key, name, total_amount, currency, tax_basis, availability_status)
	select agency_id, trip_id, hotel_id, 900000 + hotel_id, 'unseen', 'R', 5000, currency, 'excluded', 'available' from voygen.hotel_cache");
$other->do("update voygen.hotel_cache set availability_status = 'sold_out' where hotel_id % 2 = 0");
$other->do("delete from voygen.rooms_cache where room_id % 7 = 0");
$other->do("update voygen.commission_rates set commission_percent = commission_percent / 2 where kind = 'percent'");
my %before = map { $_ => ours($_) } $one, $two;
equal('beside an open transaction', 'sweep');
$other->commit;
equal('after its commit', 'sweep');
isnt(ours($_), $before{$_}, "... which agency $_ sees") for $one, $two;
$db->do('begin');
$db->do("update voygen.rooms_cache set total_amount = total_amount + 10 where room_id % 2 = 0");
$db->do("update voygen.commission_rules set is_active = not is_active");
equal('own changes', 'sweep');
$db->do('rollback');

# ---- columns that are younger than their rows ----

$db->do('begin');
$db->do('set local client_min_messages = warning');
$db->do("alter table voygen.rooms_cache drop column tax_basis, add column tax_basis text not null default 'excluded', drop column refundable, add column refundable boolean default true");
$db->do('set local client_min_messages = debug1');
equal('columns younger than their rows', 'sweep');
$db->do('rollback');

# ---- rooms without a hotel ----

$db->do('set session_replication_role = replica');
$db->do('delete from voygen.hotel_cache where hotel_id % 7 = 3');
$db->do('reset session_replication_role');
my ($orphans) = $db->selectrow_array('select count(*) from voygen.rooms_cache r left join voygen.hotel_cache h using (agency_id, trip_id, hotel_id) where h.hotel_id is null');
cmp_ok($orphans, '>', 10, "$orphans rooms have lost their hotel");
equal('rooms without a hotel', 'sweep');

# ---- the other ways ----

# More hotels than fit into a megabyte, the least that maintenance_work_mem can be.
$db->do('begin');
$db->do('set local client_min_messages = warning');
$db->do('set local session_replication_role = replica');
$db->do(q{insert into voygen.hotel_cache (agency_id, trip_id, hotel_id, site, hotel_key, name, currency, availability_status)
	select t.agency_id, t.trip_id, 5000000 + i, 'web', 'many' || i, 'M', 'USD', 'available'
	from (select agency_id, min(trip_id) as trip_id from voygen.trips where agency_id in (?, ?) group by 1) t, generate_series(1, 9000) i}, undef, $one, $two);
$db->do('set local session_replication_role = origin');
$db->do('set local client_min_messages = debug1');
my %swept = map { $_ => ours($_) } $one, $two;
is(way(), 'sweep', 'many hotels fit into the memory for maintenance');
$db->do($_) for q(set local work_mem = '64kB'), 'set local hash_mem_multiplier = 1', q(set local maintenance_work_mem = '1MB');
for my $agency ($one, $two)
{
	is(ours($agency), $swept{$agency}, "more hotels than fit: agency $agency adds up to the same");
	is(way(), 'the hotels do not fit into memory', '... by the primary keys');
}
$db->do(q{set local work_mem = '64MB'});
ours($one);
is(way(), 'sweep', 'work_mem will do as well');
$db->do('rollback');

# One more rule than can be held; the model scores them all the same.
$db->do(q{insert into voygen.commission_rules (agency_id, rule_id, name, conditions, actions, priority)
	select a, 90000 + i, 'many ' || i, '{"client_tier": ["vip"]}', '{"bonus_fixed": 0.01}', -i from unnest(array[?, ?]::bigint[]) a, generate_series(1, 65) i}, undef, $one, $two);
equal('many rules', 'there are many rules');
$db->do('delete from voygen.commission_rules where rule_id > 90000');

$db->do('set client_min_messages = warning');
for my $table (qw(rooms_cache clients))
{
	$db->do("create table voygen.${table}_child () inherits (voygen.$table)");
	equal_quietly("$table not plain", 'a table is not plain');
	$db->do("drop table voygen.${table}_child");
	$db->do("analyze voygen.$table"); # notices that there are no children any more
}

sub equal_quietly
{
	my (@how) = @_;
	$db->do('set client_min_messages = debug1');
	equal(@how);
	$db->do('set client_min_messages = warning');
	return;
}

# A small agency beside a large one: its rooms are not worth reading the table for.
my ($small) = $db->selectrow_array(q{select voygen.create_agency('small', 'Small', 'EUR')});
$db->do("set voygen.agency_id = $small");
$db->do("insert into voygen.clients (client_id, slug, name) values (1, 'c', 'C')");
$db->do("insert into voygen.trips (trip_id, slug, client_id, title, destination) values (1, 't', 1, 'T', 'Rome')");
$db->do("insert into voygen.hotel_cache (trip_id, hotel_id, site, hotel_key, name, currency, total_amount, total_tax, availability_status)
	values (1, 1, 'web', 'k', 'H', 'EUR', 800, 'excluded', 'available')");
$db->do("insert into voygen.rooms_cache (trip_id, hotel_id, room_id, room_key, name, total_amount, currency, tax_basis, availability_status, bed_types)
	select 1, 1, i, 'r' || i, 'R', 100 + i, 'EUR', 'excluded', 'available', array[repeat(md5(i::text), 60)] from generate_series(1, 20) i");
# enough pages of the others that a probe passes over some
$db->do("insert into voygen.rooms_cache (agency_id, trip_id, hotel_id, room_id, room_key, name, total_amount, currency, tax_basis, availability_status)
	select h.agency_id, h.trip_id, h.hotel_id, 2000000 + h.hotel_id * 100 + i, 'x' || i, repeat('n', 200), 100, h.currency, 'excluded', 'sold_out'
	from voygen.hotel_cache h, generate_series(1, 12) i where h.agency_id in ($one, $two)");
$db->do('set client_min_messages = debug1');
my $model = model($small);
is(ours($small), $model, 'a small agency adds up to the model');
is(way(), 'the agency holds a small part of the rooms', '... by the primary keys');
equal('the large ones beside it', 'sweep');
is(ours(-1), '', 'an agency that is not there has nothing');

# ---- row by row ----

# The function knows no trip: without rules that ask one, and without advisors' rates, it gives the same.
$db->do('set client_min_messages = warning');
$db->do('update voygen.commission_rules set is_active = false');
$db->do('update voygen.commission_rates set is_active = false where advisor is not null');
for my $agency ($one, $two)
{
	$db->do("set voygen.agency_id = $agency");
	my $rows = $db->selectall_arrayref(q{
		select currency, count(*), count(*) filter (where c is null), round(coalesce(sum(c), 0), coalesce(voygen.currency_exponent(currency), 2))::text
		from (select h.currency::text, voygen.commission_amount(site => h.site, currency => h.currency, nights => h.nights::integer, check_in => h.check_in,
				supplier => h.supplier, chain => h.chain, property => h.hotel_key, product_type => h.product_type,
				amount => case when r.room_id is null then facts_model.stay_total(h) else coalesce(r.total_amount, r.nightly_amount * h.nights) end,
				tax => case when r.room_id is null then case when h.total_amount is null then h.price_tax else h.total_tax end else r.tax_basis end,
				tax_amount => case when r.room_id is null then h.tax_amount else r.tax_amount end,
				rate_type => coalesce(r.rate_type, h.rate_type), refundable => coalesce(r.refundable, h.refundable),
				stated_amount => case when r.commission_eligible = false then 0 when r.room_id is null then h.commission_amount else r.commission_amount end,
				stated_percent => case when r.room_id is null then h.commission_percent else r.commission_percent end) as c
		      from voygen.hotel_cache h
		      left join voygen.rooms_cache r on (r.agency_id, r.trip_id, r.hotel_id, r.availability_status) = (h.agency_id, h.trip_id, h.hotel_id, 'available')
		      where h.agency_id = voygen.current_agency() and h.availability_status = 'available' and h.currency is not null
		        and (r.currency is null or r.currency = h.currency)) x
		group by currency order by currency collate "C"});
	is(ours($agency), join("\n", map { join ' ', @$_ } @$rows), "agency $agency: one pass is the sum of the rows");
}
done_testing();
