# room_commission answers for a room by itself what commission_amount answers over the join with its hotel, and what the
# independent model says: whatever form and order the rows come in, after changes of the same transaction, for whoever may
# read what, in parallel workers, and from expressions that outlive their statement.
use strict;
use warnings;
use Test::More;
use VoygenTest;

my $db = fresh_database('room_commission');
my $checkout = checkout();
$db->do("set timezone = 'UTC'");
for my $file (['test/facts_model/odd_trips.sql', '-v', 'trips=40', '-v', 'seed=' . ($ENV{FACTS_SEED} // 5)], ['test/facts_model.sql'])
{
	my ($name, @options) = @$file;
	system('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', 'room_commission', @options, '-f', "$checkout/$name") == 0 or die("$name failed");
}
$db->do('set client_min_messages = warning');
my ($one, $two) = map { $db->selectrow_array('select agency_id from voygen.agencies where slug = ?', undef, $_) } qw(odd-one odd-two);
# rooms whose hotel is gone, of all sorts of hotels
$db->do('set session_replication_role = replica');
$db->do('delete from voygen.hotel_cache where hotel_id % 11 = 3');
$db->do('reset session_replication_role');
$db->do('analyze voygen.rooms_cache, voygen.hotel_cache');

# The same by the join. An offer is what it is in facts: in its hotel's currency.
my $joined = q{
	case when r.currency is null or r.currency = h.currency then
		voygen.commission_amount(site => h.site, currency => h.currency, nights => h.nights::integer, check_in => h.check_in,
			supplier => h.supplier, chain => h.chain, property => h.hotel_key, product_type => h.product_type,
			amount => coalesce(r.total_amount, r.nightly_amount * h.nights), tax => r.tax_basis, tax_amount => r.tax_amount,
			rate_type => coalesce(r.rate_type, h.rate_type), refundable => coalesce(r.refundable, h.refundable),
			stated_amount => case when r.commission_eligible = false then 0 else r.commission_amount end,
			stated_percent => r.commission_percent) end};

# Every room of the current agency: how many, how many with a commission, how many where the two differ.
sub compared
{
	my ($on, $rooms, $call) = @_;
	return $on->selectrow_array(qq{
		with told as materialized (
			select r.agency_id, r.trip_id, r.hotel_id, r.room_id, $call as commission from $rooms)
		select count(*), count(t.commission), count(*) filter (where t.commission is distinct from $joined)
		from told t
		join voygen.rooms_cache r using (agency_id, trip_id, hotel_id, room_id)
		left join voygen.hotel_cache h using (agency_id, trip_id, hotel_id)});
}

sub same
{
	my ($what, $rooms, $call) = @_;
	$rooms //= 'voygen.rooms_cache r where r.agency_id = voygen.current_agency()';
	$call //= 'voygen.room_commission(r)';
	for my $agency ($one, $two)
	{
		$db->do("set voygen.agency_id = $agency");
		my ($all, $known, $differ) = compared($db, $rooms, $call);
		ok($differ == 0 && $known > 20 && $known < $all, "$what: agency $agency has the commissions of the join, $known of $all rooms") or diag("$differ differ");
	}
	return;
}

# ---- forms and orders ----

same('a row of the table');
same('a row of a subquery', '(select * from voygen.rooms_cache where agency_id = voygen.current_agency() offset 0) r');
same('columns in another order', q{(select currency::text, commission_amount, commission_percent, commission_eligible, refundable, rate_type::varchar,
	tax_amount, tax_basis, total_amount, nightly_amount, room_id, hotel_id, trip_id, agency_id
	from voygen.rooms_cache where agency_id = voygen.current_agency() offset 0) r});
same('shuffled', '(select * from voygen.rooms_cache where agency_id = voygen.current_agency() order by md5(room_id::text)) r');
same('backwards', '(select * from voygen.rooms_cache where agency_id = voygen.current_agency() order by trip_id desc, hotel_id desc) r');
same('every seventh hotel', 'voygen.rooms_cache r where r.agency_id = voygen.current_agency() and r.hotel_id % 7 = 1');
$db->do(q{set work_mem = '64kB'});
same('shuffled, with little memory', '(select * from voygen.rooms_cache where agency_id = voygen.current_agency() order by md5(room_id::text)) r');
$db->do('reset work_mem');
same('built from JSON', q{(select (jsonb_populate_record(null::voygen.rooms_cache, to_jsonb(x))).* from voygen.rooms_cache x where x.agency_id = voygen.current_agency() offset 0) r});
same('built by hand', 'voygen.rooms_cache r where r.agency_id = voygen.current_agency()', q{
	voygen.room_commission(row(r.agency_id, r.trip_id, r.hotel_id, 0, '', '', r.nightly_amount, r.total_amount, r.tax_basis, r.tax_amount, null, r.currency, null, null,
		r.rate_type, r.refundable, null, null, r.commission_eligible, r.commission_percent, r.commission_amount, '', null, null, null)::voygen.rooms_cache)});
$db->do('create temp table kept as select agency_id, trip_id, hotel_id, room_id, x as room from voygen.rooms_cache x');
same('kept as a value', 'kept r where agency_id = voygen.current_agency()', 'voygen.room_commission(r.room)');

{
	my $session = connect_to('room_commission');
	$session->do("set voygen.agency_id = $one");
	$session->do('set search_path = voygen, pg_catalog');
	my ($dotted, $called) = $session->selectrow_array('select sum(r.room_commission), sum(voygen.room_commission(r)) from voygen.rooms_cache r where agency_id = voygen.current_agency()');
	ok($dotted > 0 && $dotted == $called, 'it can be called like a column');
}

# The planner names the columns where it can; the answers above are those of both ways.
$db->do("set voygen.agency_id = $one");
for my $case ([ 'a table' => 'voygen.rooms_cache r', 1 ], [ 'a subquery that is pulled up' => '(select * from voygen.rooms_cache where hotel_id > 0) r', 1 ], [ 'one that is not' => '(select * from voygen.rooms_cache offset 0) r', 0 ])
{
	my ($what, $from, $named) = @$case;
	my $explained = join "\n", @{ $db->selectcol_arrayref("explain (verbose) select voygen.room_commission(r) from $from") };
	is($explained =~ /room_commission\([^()]*commission_amount\)/ ? 1 : 0, $named, "$what: " . ($named ? 'by its columns' : 'by the row'));
}
is($db->selectrow_array('select count(voygen.room_commission(r)) from voygen.trips t left join voygen.rooms_cache r on (r.agency_id, r.trip_id) = (t.agency_id, -t.trip_id)'), 0, 'a row that an outer join makes up has none');
is_deeply(
	$db->selectrow_arrayref('select sum(c) from (select voygen.room_commission(r) as c from voygen.rooms_cache r where agency_id = voygen.current_agency() group by r) x'),
	$db->selectrow_arrayref('select sum(voygen.room_commission(r)) from voygen.rooms_cache r where agency_id = voygen.current_agency()'), 'rows can be grouped by');

# ---- the model ----

$db->do('begin');
$db->do(q{update voygen.commission_rules set is_active = false where conditions ?| array['trip_budget', 'client_tier', 'destination', 'travel_dates']});
$db->do('update voygen.commission_rates set is_active = false where advisor is not null');
for my $agency ($one, $two)
{
	$db->do("set voygen.agency_id = $agency");
	my ($offers, $differ) = $db->selectrow_array(q{
		select count(*), count(*) filter (where voygen.room_commission(r) is distinct from (facts_model.score(o, a.rounding)).commission)
		from voygen.trips t
		join voygen.agencies a using (agency_id)
		cross join lateral facts_model.offers(t.agency_id, t.trip_id, now()) o
		join voygen.rooms_cache r on (r.agency_id, r.trip_id, r.hotel_id, r.room_key) = (t.agency_id, t.trip_id, o.hotel_id, o.room_key)
		where t.agency_id = voygen.current_agency() and o.currency is not null});
	ok($offers > 20 && $differ == 0, "agency $agency: the model says the same of $offers offers") or diag("$differ differ");
}
$db->do('rollback');

# ---- changes of the same transaction ----

$db->do("set voygen.agency_id = $one");
my $sum = q{select sum(voygen.room_commission(r))::text from voygen.rooms_cache r where r.agency_id = voygen.current_agency()};
my $before = $db->selectrow_array($sum);
$db->do('begin');
$db->do("update voygen.hotel_cache set site = case site when 'web' then 'navitrip' else 'web' end where hotel_id % 3 = 0");
isnt($db->selectrow_array($sum), $before, 'hotels changed in this transaction count');
same('hotels changed in this transaction');
$db->do("set voygen.agency_id = $one");
$db->do('savepoint s');
$db->do('set session_replication_role = replica');
$db->do('delete from voygen.hotel_cache where hotel_id % 3 = 1');
$db->do('reset session_replication_role');
same('hotels deleted in this transaction');
$db->do("set voygen.agency_id = $one");
$db->do('rollback to s');
$db->do(q{update voygen.commission_rates set commission_percent = commission_percent / 2 where kind = 'percent'});
$db->do(q{update voygen.rooms_cache set total_amount = total_amount + 7});
same('rates and rooms changed in this transaction');
$db->do('rollback');
$db->do("set voygen.agency_id = $one");
is($db->selectrow_array($sum), $before, '... and not after it was rolled back');

# One expression, evaluated before and after each change.
my ($hotel, $trip, $currency, $room) = $db->selectrow_array(q{
	select hotel_id, trip_id, h.currency, room_id from voygen.rooms_cache r join voygen.hotel_cache h using (agency_id, trip_id, hotel_id)
	where agency_id = voygen.current_agency() and voygen.room_commission(r) > 1 order by room_id limit 1});
$db->do(qq{
	create function pg_temp.one_expression() returns text[] language plpgsql as \$\$
	declare
	  room voygen.rooms_cache;
	  said text[];
	begin
	  for i in 1 .. 5 loop
	    select * into room from voygen.rooms_cache where agency_id = voygen.current_agency() and (trip_id, hotel_id, room_id) = ($trip, $hotel, $room);
	    said := said || coalesce(voygen.room_commission(room)::text, '-');
	    case i
	      when 1 then update voygen.hotel_cache set currency = null where agency_id = voygen.current_agency() and (trip_id, hotel_id) = ($trip, $hotel);
	      when 2 then update voygen.hotel_cache set currency = '$currency' where agency_id = voygen.current_agency() and (trip_id, hotel_id) = ($trip, $hotel);
	      when 3 then
	        begin
	          set local session_replication_role = replica;
	          delete from voygen.hotel_cache where agency_id = voygen.current_agency() and (trip_id, hotel_id) = ($trip, $hotel);
	          said := said || coalesce(voygen.room_commission(room)::text, '-');
	          raise division_by_zero;
	        exception when division_by_zero then
	          said := said || 'undone'::text;
	        end;
	      when 4 then alter table voygen.rooms_cache add column more text;
	      else null;
	    end case;
	  end loop;
	  return said;
	end
	\$\$});
$db->do('begin');
my ($said) = $db->selectrow_array('select pg_temp.one_expression()');
$db->do('rollback');
my $whole = $said->[0];
like($whole, qr/^\d+(\.\d+)?$/, 'one expression: a commission');
is_deeply($said, [ $whole, '-', $whole, '-', 'undone', $whole, $whole ], '... that follows every change of the hotel, undone ones too, and of the table');

# ---- rows whose table was altered ----

$db->do('drop table kept'); # a default is refused while somebody keeps such rows
$db->do('begin');
$db->do('alter table voygen.rooms_cache add column first_extra text');
$db->do('alter table voygen.rooms_cache add column second_extra integer default 7');
same('a table with more columns');
$db->do('alter table voygen.rooms_cache drop column bed_types');
$db->do('alter table voygen.rooms_cache drop column first_extra');
same('a table with fewer columns');
$db->do('rollback');
$db->do('create temp table kept as select agency_id, trip_id, hotel_id, room_id, x as room from voygen.rooms_cache x');
$db->do('begin');
$db->do('alter table voygen.rooms_cache add column first_extra text');
same('values of the time before', 'kept r where agency_id = voygen.current_agency()', 'voygen.room_commission(r.room)');
$db->do('rollback');

# ---- parallel workers ----

$db->do($_) for 'set parallel_setup_cost = 0', 'set parallel_tuple_cost = 0', q(set min_parallel_table_scan_size = 0), 'set max_parallel_workers_per_gather = 2', 'alter table voygen.rooms_cache set (parallel_workers = 2)',
	'set parallel_leader_participation = off';
$db->do("set voygen.agency_id = $one");
my $plan = join "\n", @{ $db->selectcol_arrayref("explain $sum") };
like($plan, qr/Gather/, 'workers take part');
is($db->selectrow_array($sum), $before, '... and answer the same');
$db->do('reset all');
$db->do('set client_min_messages = warning');

# ---- rights ----

sub as_reader
{
	my ($agency, $sql) = @_;
	my ($answer, $error);
	$db->begin_work if $db->{AutoCommit};
	$db->do('savepoint reader');
	$db->do("set local voygen.agency_id = '$agency'");
	$db->do('set local role voygen_reader');
	eval { $answer = $db->selectall_arrayref($sql); 1 } or $error = $db->errstr;
	$db->do('rollback to reader');
	return $error // join ' ', map { map { $_ // '-' } @$_ } @$answer;
}

is(as_reader($one, $sum), $before, 'a reader is answered the same');
my ($foreign) = $db->selectrow_array("select to_jsonb(r) from voygen.rooms_cache r join voygen.hotel_cache h using (agency_id, trip_id, hotel_id)
	where r.agency_id = $two and h.currency is not null and r.currency is not distinct from h.currency and r.commission_amount > 0 and r.commission_eligible is distinct from false limit 1");
$db->do("set local voygen.agency_id = '$two'");
my $by_hand = 'select voygen.room_commission(jsonb_populate_record(null::voygen.rooms_cache, ' . $db->quote($foreign) . '))';
cmp_ok($db->selectrow_array($by_hand), '>', 0, 'a room of another agency, built by hand, has a commission there');
is(as_reader($one, $by_hand), '-', '... and none here');
is(as_reader($one, "select count(voygen.room_commission(jsonb_populate_record(null::voygen.rooms_cache, jsonb_set(" . $db->quote($foreign) . ", '{agency_id}', '$one'))))"), '0', '... not even when it claims to be its own')
	unless $db->selectrow_array("select count(*) from voygen.hotel_cache where agency_id = $one and (trip_id, hotel_id) = ((" . $db->quote($foreign) . "::jsonb ->> 'trip_id')::bigint, (" . $db->quote($foreign) . "::jsonb ->> 'hotel_id')::bigint)");

$db->do("set local voygen.agency_id = '$one'");
my ($visible, $hidden) = $db->selectrow_array(q{
	select count(voygen.room_commission(r)) filter (where h.site <> 'navitrip'), count(voygen.room_commission(r)) filter (where h.site = 'navitrip')
	from voygen.rooms_cache r join voygen.hotel_cache h using (agency_id, trip_id, hotel_id) where r.agency_id = voygen.current_agency()});
cmp_ok($visible * $hidden, '>', 0, "rooms of several sites have commissions ($visible and $hidden)");
$db->do(q{create policy not_this on voygen.hotel_cache as restrictive for select to voygen_reader using (site <> 'navitrip')});
is(as_reader($one, 'select count(voygen.room_commission(r)) from voygen.rooms_cache r'), $visible, 'hotels that another policy hides stay hidden');
$db->do('drop policy not_this on voygen.hotel_cache');
$db->do('revoke select on voygen.hotel_cache from voygen_reader');
like(as_reader($one, 'select count(voygen.room_commission(r)) from voygen.rooms_cache r'), qr/permission denied for table hotel_cache/, 'without the right on hotels there is no answer');
$db->rollback;

# ---- what cannot be answered ----

sub refused
{
	my ($what, $sql, $why) = @_;
	ok(!eval { $db->selectall_arrayref($sql); 1 }, $what);
	like($@, $why, '... and it says why');
	return;
}

$db->do("set voygen.agency_id = $one");
is($db->selectrow_array('select count(voygen.room_commission(null::voygen.rooms_cache))'), 0, 'no room has no commission');
is($db->selectrow_array("select count(*) from voygen.rooms_cache r where agency_id = $one and voygen.room_commission(r) is not null
	and voygen.room_commission(jsonb_populate_record(r, '{\"agency_id\": $two}')) is not null"), 0, 'what is another agency\'s has none, though the numbers are those of an own hotel');
is($db->selectrow_array('select count(voygen.room_commission(row(null, null, null, 0, null, null, 5, 5, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null)::voygen.rooms_cache))'), 0, 'a room without keys neither');
refused('a row of another table', 'select voygen.room_commission(h) from voygen.hotel_cache h', qr/the room has no column "(nightly_amount|tax_basis)"/);
refused('a column of another type', 'select voygen.room_commission(r) from (select agency_id::text, trip_id, hotel_id from voygen.rooms_cache) r', qr/column "agency_id" of the room is text, expected bigint/);
refused('an amount beyond all prices', q{select voygen.room_commission(r) from (select agency_id, trip_id, hotel_id, nightly_amount, 1e14 as total_amount, tax_basis, tax_amount, h.currency,
	r.rate_type, r.refundable, commission_eligible, r.commission_percent, r.commission_amount from voygen.rooms_cache r join (select agency_id, trip_id, hotel_id, currency from voygen.hotel_cache) h
	using (agency_id, trip_id, hotel_id) where h.currency is not null and agency_id = voygen.current_agency()) r}, qr/column "total_amount" of voygen.rooms_cache holds an amount that is too large/);
$db->do('reset voygen.agency_id');
refused('nobody\'s rates', 'select voygen.room_commission(r) from voygen.rooms_cache r', qr/no agency is set/);
done_testing();
