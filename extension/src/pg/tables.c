/*
 * tables.c
 *	  The tables facts are made of, and the columns read from each.
 */
#include "postgres.h"

#include "pg/tables.h"

static const char *const trip_columns[] = {
	"agency_id", "trip_id", "slug", "client_id", "title", "destination", "start_date",
	"end_date", "status", "traveler_count", "traveler_names", "currency", "budget_amount",
	"budget_currency", "advisor_id"};
static const char *const client_columns[] = {
	"agency_id", "client_id", "slug", "name", "tier"};
static const char *const leg_columns[] = {
	"agency_id", "trip_id", "leg_id", "seq", "city", "country", "arrive_date", "depart_date"};
static const char *const hotel_columns[] = {
	"agency_id", "trip_id", "hotel_id", "leg_id", "site", "hotel_key", "name",
	"chain", "supplier", "star_rating", "review_score", "price_amount", "currency",
	"price_basis", "price_tax", "total_amount", "total_tax", "tax_amount", "check_in",
	"nights", "guests", "nightly_amount", "same_as", "availability_status", "checked_at",
	"refundable", "commission_amount", "commission_percent", "product_type",
	"rate_type"};
static const char *const room_columns[] = {
	"agency_id", "trip_id", "hotel_id", "room_id", "room_key", "nightly_amount", "total_amount",
	"tax_basis", "tax_amount", "currency", "rate_type", "refundable", "commission_eligible",
	"commission_percent", "commission_amount", "availability_status"};
static const char *const activity_columns[] = {
	"agency_id", "trip_id", "activity_id", "title", "activity_date",
	"price_amount", "currency", "status"};
static const char *const flight_columns[] = {
	"agency_id", "trip_id", "flight_id", "origin", "destination", "depart_at",
	"price_amount", "currency", "status"};
static const char *const transfer_columns[] = {
	"agency_id", "trip_id", "transfer_id", "kind", "pickup_at",
	"price_amount", "currency", "status"};
static const char *const booking_columns[] = {
	"agency_id", "trip_id", "booking_id", "kind", "site", "status",
	"price_amount", "currency", "commission_amount"};
static const char *const facts_columns[] = {
	"agency_id", "trip_id", "facts", "lead_price_min", "total_commission_potential",
	"currency", "availability_status", "last_availability_check", "nights", "traveler_count",
	"valid_until", "refreshed_at"};
static const char *const history_columns[] = {
	"agency_id", "trip_id", "recorded_at", "lead_price_min",
	"total_commission_potential", "availability_status"};
static const char *const dirty_columns[] = {
	"agency_id", "trip_id", "mark_id", "trip_until", "reason", "marked_at"};
static const char *const failed_columns[] = {
	"agency_id", "trip_id", "reason", "sqlstate", "failed_at", "attempts"};
static const char *const agency_columns[] = {
	"agency_id", "rounding", "low_cut", "high_cut"};
static const char *const rate_columns[] = {
	"agency_id", "rate_id", "kind", "site", "supplier", "chain", "property",
	"accommodation_type", "rate_type", "currency", "advisor", "refundable", "prepaid",
	"min_nights", "stay_from", "stay_until", "effective_from", "effective_until",
	"weekdays", "commission_percent", "fixed_amount", "tiers", "tier_mode", "tier_window",
	"tier_measure", "min_commission_amount", "max_commission_amount", "first_nights",
	"priority", "is_active"};
static const char *const rule_columns[] = {
	"agency_id", "rule_id", "conditions", "actions", "priority", "is_active",
	"effective_from", "effective_until"};
static const char *const volume_columns[] = {
	"agency_id", "site", "window_kind", "window_start", "amount", "room_nights", "bookings"};

/* Other tables list the columns of their key first. */
static const char *const room_keys[] = {"agency_id", "trip_id", "hotel_id", "room_id"};

#define SPEC(table, nkeys, keys, columns)              \
	{                                                  \
		table, nkeys, keys, lengthof(columns), columns \
	}

const TableSpec table_specs[TABLE_COUNT] = {
	[TABLE_TRIPS] = SPEC("trips", 2, trip_columns, trip_columns),
	[TABLE_CLIENTS] = SPEC("clients", 2, client_columns, client_columns),
	[TABLE_LEGS] = SPEC("trip_legs", 3, leg_columns, leg_columns),
	[TABLE_HOTELS] = SPEC("hotel_cache", 3, hotel_columns, hotel_columns),
	[TABLE_ROOMS] = SPEC("rooms_cache", 4, room_keys, room_columns),
	[TABLE_ACTIVITIES] = SPEC("trip_activities", 3, activity_columns, activity_columns),
	[TABLE_FLIGHTS] = SPEC("flights", 3, flight_columns, flight_columns),
	[TABLE_TRANSFERS] = SPEC("transfers", 3, transfer_columns, transfer_columns),
	[TABLE_BOOKINGS] = SPEC("bookings", 3, booking_columns, booking_columns),
	[TABLE_FACTS] = SPEC("trip_facts", 2, facts_columns, facts_columns),
	[TABLE_HISTORY] = SPEC("trip_facts_history", 3, history_columns, history_columns),
	[TABLE_DIRTY] = SPEC("facts_dirty", 3, dirty_columns, dirty_columns),
	[TABLE_FAILED] = SPEC("facts_failed", 2, failed_columns, failed_columns),
	[TABLE_AGENCIES] = SPEC("agencies", 1, agency_columns, agency_columns),
	[TABLE_RATES] = SPEC("commission_rates", 2, rate_columns, rate_columns),
	[TABLE_RULES] = SPEC("commission_rules", 2, rule_columns, rule_columns),
	[TABLE_VOLUMES] = SPEC("commission_volumes", 4, volume_columns, volume_columns),
};

TableId
table_by_name(const char *name)
{
	for (int i = 0; i < TABLE_COUNT; i++)
		if (strcmp(table_specs[i].name, name) == 0)
			return (TableId) i;
	return TABLE_COUNT;
}
