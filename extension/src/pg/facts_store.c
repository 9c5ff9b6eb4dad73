/*
 * facts_store.c
 *	  Keeps the facts: compares with what is stored, writes what changed.
 *
 * The stored document is compared byte for byte, after its length; equal facts
 * write nothing, not even a time. A changed row is updated in place through the
 * table access method, with the executor's own routine for its indexes; new
 * rows go through the executor, which checks their foreign key. A table that is
 * not a plain heap, or has triggers of a user's, is written through SPI.
 *
 * Whoever calls holds the lock of the trip, so no other refresher writes its
 * facts. Others may hold what is needed: who deletes a trip takes its row, then
 * its facts, and perhaps more trips after it, in any order. So nothing is waited
 * for here. What cannot be had at once makes the trip busy, which leaves it for
 * later; so neither can hold what the other waits for.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "parser/parse_relation.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "pg/amounts.h"
#include "pg/facts_store.h"

/* The columns of tables.c that are written, as values. */
typedef struct StoreRow
{
	Datum values[TABLE_MAX_COLUMNS];
	bool isnull[TABLE_MAX_COLUMNS];
} StoreRow;

/* ---- tables ---- */

/* Foreign keys have triggers of their own; they are told apart by tgisinternal. */
static bool
has_user_triggers(Relation rel)
{
	if (rel->trigdesc == NULL)
		return false;
	for (int i = 0; i < rel->trigdesc->numtriggers; i++)
		if (!rel->trigdesc->triggers[i].tgisinternal)
			return true;
	return false;
}

static void
table_begin(StoreTable *table, TableId id)
{
	RangeTblEntry *rte;

	table->id = id;
	table->rel = relations_open(id, RowExclusiveLock, &table->door);
	for (int i = 0; i < table_specs[id].ncolumns; i++)
		(void) relations_column(table->door, id, i);
	table->direct = table->door->plain && !has_user_triggers(table->rel) &&
					table->rel->rd_rules == NULL &&
					!(RelationGetDescr(table->rel)->constr &&
					  RelationGetDescr(table->rel)->constr->has_generated_stored);
	if (!table->direct)
		return;
	table->estate = CreateExecutorState();
	rte = makeNode(RangeTblEntry);
	rte->rtekind = RTE_RELATION;
	rte->relid = RelationGetRelid(table->rel);
	rte->relkind = table->rel->rd_rel->relkind;
	rte->rellockmode = RowExclusiveLock;
	ExecInitRangeTable(table->estate, list_make1(rte));
	table->estate->es_output_cid = GetCurrentCommandId(true);
	table->target = makeNode(ResultRelInfo);
	InitResultRelInfo(table->target, table->rel, 1, NULL, 0);
	ExecOpenIndices(table->target, false);
	table->slot = table_slot_create(table->rel, NULL);
	AfterTriggerBeginQuery();
}

static void
table_end(StoreTable *table)
{
	if (table->direct)
	{
		AfterTriggerEndQuery(table->estate);
		ExecCloseIndices(table->target);
		ExecCloseResultRelations(table->estate);
		ExecDropSingleTupleTableSlot(table->slot);
		ExecResetTupleTable(table->estate->es_tupleTable, false);
		FreeExecutorState(table->estate);
	}
	table_close(table->rel, NoLock);
}

/* Puts the row into the table's slot; columns that are not ours come from
 * `before`, or are NULL. */
static void
fill_slot(StoreTable *table, const StoreRow *row, const Stream *before)
{
	TupleTableSlot *slot = table->slot;
	int natts = slot->tts_tupleDescriptor->natts;

	ExecClearTuple(slot);
	if (before)
	{
		slot_getallattrs(before->slot);
		memcpy(slot->tts_values, before->slot->tts_values, sizeof(Datum) * natts);
		memcpy(slot->tts_isnull, before->slot->tts_isnull, sizeof(bool) * natts);
	}
	else
		memset(slot->tts_isnull, true, sizeof(bool) * natts);
	for (int i = 0; i < table_specs[table->id].ncolumns; i++)
	{
		AttrNumber att = table->door->att[i];

		slot->tts_values[att - 1] = row->values[i];
		slot->tts_isnull[att - 1] = row->isnull[i];
	}
	ExecStoreVirtualTuple(slot);
}

static void
row_changed(int64 trip)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access to the facts of trip " INT64_FORMAT, trip),
				 errhint("The transaction might succeed if retried.")));
	/* The trip was deleted, or somebody wrote its facts by hand. Not a failure of
	 * the transaction: the trip is looked at again under a new snapshot. */
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_IN_USE),
			 errmsg("the facts of trip " INT64_FORMAT " were changed while they were refreshed", trip),
			 errhint("Refresh the trip again.")));
}

/* False when somebody holds the row. The lock asks, since an update can only wait. */
static bool
update_direct(StoreTable *table, const StoreRow *row, Stream *before, int64 trip, Snapshot snapshot)
{
	ItemPointerData tid;
	TM_FailureData failure;
	LockTupleMode lock;
	bool update_indexes;
	TM_Result result;

	ItemPointerCopy(stream_tid(before), &tid);
	result = table_tuple_lock(table->rel, &tid, snapshot, table->slot, GetCurrentCommandId(false),
							  LockTupleNoKeyExclusive, LockWaitSkip, 0, &failure);
	if (result == TM_WouldBlock)
		return false;
	if (result != TM_Ok)
		row_changed(trip);
	fill_slot(table, row, before);
	result = table_tuple_update(table->rel, &tid, table->slot, GetCurrentCommandId(true), snapshot,
								InvalidSnapshot, true, &failure, &lock, &update_indexes);
	if (result != TM_Ok)
		row_changed(trip);
	if (update_indexes)
		list_free(ExecInsertIndexTuples(table->target, table->slot, table->estate, true, false,
										NULL, NIL));
	ResetPerTupleExprContext(table->estate);
	return true;
}

static void
insert_direct(StoreTable *table, const StoreRow *row)
{
	fill_slot(table, row, NULL);
	ExecSimpleRelationInsert(table->target, table->estate, table->slot);
	ResetPerTupleExprContext(table->estate);
}

/* Inserts or replaces the row by its key, through SPI. */
static void
put_through_spi(StoreTable *table, const StoreRow *row)
{
	const TableSpec *spec = &table_specs[table->id];
	Oid types[TABLE_MAX_COLUMNS];
	char nulls[TABLE_MAX_COLUMNS];
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "insert into voygen.%s (", spec->name);
	for (int i = 0; i < spec->ncolumns; i++)
	{
		types[i] = TupleDescAttr(RelationGetDescr(table->rel), table->door->att[i] - 1)->atttypid;
		nulls[i] = row->isnull[i] ? 'n' : ' ';
		appendStringInfo(&sql, "%s%s", i ? ", " : "", spec->columns[i]);
	}
	appendStringInfoString(&sql, ") values (");
	for (int i = 0; i < spec->ncolumns; i++)
		appendStringInfo(&sql, "%s$%d", i ? ", " : "", i + 1);
	appendStringInfoString(&sql, ") on conflict (");
	for (int i = 0; i < spec->nkeys; i++)
		appendStringInfo(&sql, "%s%s", i ? ", " : "", spec->keys[i]);
	appendStringInfoString(&sql, ") do update set ");
	for (int i = spec->nkeys; i < spec->ncolumns; i++)
		appendStringInfo(&sql, "%s%s = excluded.%s", i > spec->nkeys ? ", " : "",
						 spec->columns[i], spec->columns[i]);
	SPI_connect();
	if (SPI_execute_with_args(sql.data, spec->ncolumns, types, (Datum *) row->values, nulls,
							  false, 0) != SPI_OK_INSERT)
		elog(ERROR, "writing voygen.%s failed", spec->name);
	SPI_finish();
}

/* ---- rows ---- */

static void
set_milli(StoreRow *row, int column, int64 milli)
{
	row->isnull[column] = milli == FACTS_UNKNOWN;
	row->values[column] = milli == FACTS_UNKNOWN ? (Datum) 0 : amount_datum(milli, 3);
}

static void
set_int64(StoreRow *row, int column, int64 value)
{
	row->isnull[column] = value == FACTS_UNKNOWN;
	row->values[column] = Int64GetDatum(value);
}

static void
set_int32(StoreRow *row, int column, int64 value)
{
	row->isnull[column] = value == FACTS_UNKNOWN;
	row->values[column] = Int32GetDatum((int32) value);
}

static void
make_row(const Store *store, int64 trip, Jsonb *document, const FactsColumns *columns, StoreRow *row)
{
	memset(row->isnull, 0, sizeof(row->isnull));
	row->values[FACTS_AGENCY] = Int64GetDatum(store->agency);
	row->values[FACTS_TRIP] = Int64GetDatum(trip);
	row->values[FACTS_DOCUMENT] = JsonbPGetDatum(document);
	set_milli(row, FACTS_LEAD_PRICE, columns->lead_price_milli);
	set_milli(row, FACTS_COMMISSION, columns->commission_milli);
	row->isnull[FACTS_CURRENCY] = columns->currency.code[0] == '\0';
	row->values[FACTS_CURRENCY] = CStringGetTextDatum(columns->currency.code);
	row->values[FACTS_AVAILABILITY] = CStringGetTextDatum(facts_state_words[columns->availability]);
	set_int64(row, FACTS_CHECKED_AT, columns->checked_at);
	set_int32(row, FACTS_NIGHTS, columns->nights);
	set_int32(row, FACTS_TRAVELERS, columns->travelers);
	set_int64(row, FACTS_VALID_UNTIL, columns->valid_until);
	row->values[FACTS_REFRESHED_AT] = TimestampTzGetDatum(store->as_of);
}

static bool
same_int64(Stream *row, int column, int64 value)
{
	if (stream_null(row, column))
		return value == FACTS_UNKNOWN;
	return value != FACTS_UNKNOWN && DatumGetInt64(stream_value(row, column)) == value;
}

static bool
same_int32(Stream *row, int column, int64 value)
{
	if (stream_null(row, column))
		return value == FACTS_UNKNOWN;
	return value != FACTS_UNKNOWN && DatumGetInt32(stream_value(row, column)) == value;
}

static bool
same_word(Stream *row, int column, const char *word)
{
	struct varlena *value;

	if (stream_null(row, column))
		return word[0] == '\0';
	value = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(stream_value(row, column)));
	return VARSIZE_ANY_EXHDR(value) == strlen(word) &&
		   memcmp(VARDATA_ANY(value), word, strlen(word)) == 0;
}

/* The three a reader follows over time. */
static bool
same_headline(Stream *row, const FactsColumns *columns)
{
	return facts_milli(row, FACTS_LEAD_PRICE) == columns->lead_price_milli &&
		   facts_milli(row, FACTS_COMMISSION) == columns->commission_milli &&
		   same_word(row, FACTS_AVAILABILITY, facts_state_words[columns->availability]);
}

static bool
same_document(Stream *row, Jsonb *document)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(stream_value(row, FACTS_DOCUMENT));
	struct varlena *plain;

	if (toast_raw_datum_size(PointerGetDatum(stored)) != VARSIZE(document))
		return false;
	plain = pg_detoast_datum_packed(stored);
	return memcmp(VARDATA_ANY(plain), VARDATA(document), VARSIZE(document) - VARHDRSZ) == 0;
}

bool
store_same(Stream *row, Jsonb *document, const FactsColumns *columns)
{
	return same_headline(row, columns) &&
		   same_word(row, FACTS_CURRENCY, columns->currency.code) &&
		   same_int64(row, FACTS_CHECKED_AT, columns->checked_at) &&
		   same_int32(row, FACTS_NIGHTS, columns->nights) &&
		   same_int32(row, FACTS_TRAVELERS, columns->travelers) &&
		   same_int64(row, FACTS_VALID_UNTIL, columns->valid_until) &&
		   same_document(row, document);
}

static void
put_history(Store *store, int64 trip, const FactsColumns *columns)
{
	StoreRow row;

	memset(row.isnull, 0, sizeof(row.isnull));
	row.values[HISTORY_AGENCY] = Int64GetDatum(store->agency);
	row.values[HISTORY_TRIP] = Int64GetDatum(trip);
	row.values[HISTORY_RECORDED_AT] = TimestampTzGetDatum(store->as_of);
	set_milli(&row, HISTORY_LEAD_PRICE, columns->lead_price_milli);
	set_milli(&row, HISTORY_COMMISSION, columns->commission_milli);
	row.values[HISTORY_AVAILABILITY] = CStringGetTextDatum(facts_state_words[columns->availability]);
	if (store->history.direct)
		insert_direct(&store->history, &row);
	else
		put_through_spi(&store->history, &row);
}

/* ---- the store ---- */

/* True when the row that was locked is still the trip's: its last version may
 * have been given another number. */
static bool
is_trip(const Store *store, int64 trip)
{
	const AttrNumber *att = store->trips->att;
	bool isnull;

	return DatumGetInt64(slot_getattr(store->trip_slot, att[TRIP_ID], &isnull)) == trip &&
		   DatumGetInt64(slot_getattr(store->trip_slot, att[TRIP_AGENCY], &isnull)) == store->agency;
}

/* Locks the row of the trip, as the foreign keys of new rows want it. */
static TM_Result
lock_trip(Store *store, int64 trip)
{
	TM_FailureData failure;
	ItemPointerData tid;
	TM_Result result;
	uint8 flags = TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS;

	/* A table that is not plain: the check of the foreign key locks the row. */
	if (store->trip_slot == NULL)
		return TM_Ok;
	if (!IsolationUsesXactSnapshot())
		flags |= TUPLE_LOCK_FLAG_FIND_LAST_VERSION;
	ItemPointerCopy(stream_tid(store->trips), &tid);
	result = table_tuple_lock(store->trips->table, &tid, store->snapshot, store->trip_slot,
							  GetCurrentCommandId(false), LockTupleKeyShare, LockWaitSkip, flags,
							  &failure);
	if (result == TM_Ok)
	{
		if (!is_trip(store, trip))
			result = TM_Deleted;
		ExecClearTuple(store->trip_slot);
	}
	else if (result != TM_WouldBlock && IsolationUsesXactSnapshot())
		row_changed(trip);
	return result;
}

void
store_begin(Store *store, Facts *facts, int64 last)
{
	memset(store, 0, sizeof(*store));
	store->agency = facts->agency;
	store->snapshot = facts->snapshot;
	store->as_of = facts->as_of;
	store->trips = &facts->trips;
	if (store->trips->slot)
	{
		LockRelationOid(RelationGetRelid(store->trips->table), RowShareLock);
		store->trip_slot = table_slot_create(store->trips->table, NULL);
	}
	store->per_trip = AllocSetContextCreate(CurrentMemoryContext, "voygen facts row",
											ALLOCSET_DEFAULT_SIZES);
	stream_open(&store->stored, TABLE_FACTS, store->agency, last, store->snapshot);
	stream_open(&store->failed, TABLE_FAILED, store->agency, last, store->snapshot);
	table_begin(&store->facts, TABLE_FACTS);
	table_begin(&store->history, TABLE_HISTORY);
}

/* Takes back that the trip was set aside. */
static void
clear_failure(Store *store, int64 trip)
{
	Oid types[] = {INT8OID, INT8OID};
	Datum values[] = {Int64GetDatum(store->agency), Int64GetDatum(trip)};

	if (!stream_seek(&store->failed, trip) || !stream_at(&store->failed, trip))
		return;
	SPI_connect();
	if (SPI_execute_with_args("delete from voygen.facts_failed"
							  " where agency_id operator(pg_catalog.=) $1 and trip_id operator(pg_catalog.=) $2",
							  2, types, values, NULL, false, 0) != SPI_OK_DELETE)
		elog(ERROR, "deleting from voygen.facts_failed failed");
	SPI_finish();
}

/* Writes facts that differ from the stored ones. */
static StoreOutcome
write_facts(Store *store, int64 trip, bool present, const StoreRow *row, const FactsColumns *columns)
{
	bool headline = !present || !same_headline(&store->stored, columns);

	/* New rows refer to the trip; facts that are replaced do already. */
	if (headline)
	{
		TM_Result locked = lock_trip(store, trip);

		if (locked != TM_Ok)
			return locked == TM_WouldBlock ? STORE_BUSY : STORE_GONE;
	}
	if (!store->facts.direct)
		put_through_spi(&store->facts, row);
	else if (!present)
		insert_direct(&store->facts, row);
	else if (!update_direct(&store->facts, row, &store->stored, trip, store->snapshot))
		return STORE_BUSY;
	if (headline)
		put_history(store, trip, columns);
	return STORE_WRITTEN;
}

StoreOutcome
store_put(Store *store, int64 trip, Jsonb *document, const FactsColumns *columns)
{
	MemoryContext old;
	Stream *stored = &store->stored;
	bool present = stream_seek(stored, trip) && stream_at(stored, trip);
	StoreOutcome outcome = STORE_SAME;

	MemoryContextReset(store->per_trip);
	old = MemoryContextSwitchTo(store->per_trip);
	if (!present || !store_same(stored, document, columns))
	{
		StoreRow row;

		make_row(store, trip, document, columns, &row);
		outcome = write_facts(store, trip, present, &row, columns);
	}
	MemoryContextSwitchTo(old);
	if (outcome == STORE_WRITTEN || outcome == STORE_SAME)
		clear_failure(store, trip);
	return outcome;
}

/* The foreign keys have taken its facts away with the trip, but for a trip whose
 * delete came by a subscription: that fires no foreign key's triggers. */
void
store_gone(Store *store, int64 trip)
{
	static const char *const deletes[] = {
		"delete from voygen.trip_facts where agency_id operator(pg_catalog.=) $1 and trip_id operator(pg_catalog.=) $2",
		"delete from voygen.trip_facts_history where agency_id operator(pg_catalog.=) $1 and trip_id operator(pg_catalog.=) $2"};
	Oid types[] = {INT8OID, INT8OID};
	Datum values[] = {Int64GetDatum(store->agency), Int64GetDatum(trip)};

	clear_failure(store, trip);
	if (!stream_seek(&store->stored, trip) || !stream_at(&store->stored, trip))
		return;
	SPI_connect();
	for (int i = 0; i < lengthof(deletes); i++)
		if (SPI_execute_with_args(deletes[i], 2, types, values, NULL, false, 0) != SPI_OK_DELETE)
			elog(ERROR, "deleting the facts of trip " INT64_FORMAT " failed", trip);
	SPI_finish();
}

void
store_end(Store *store)
{
	table_end(&store->history);
	table_end(&store->facts);
	stream_close(&store->failed);
	stream_close(&store->stored);
	if (store->trip_slot)
		ExecDropSingleTupleTableSlot(store->trip_slot);
	MemoryContextDelete(store->per_trip);
}

void
store_failure(int64 agency, int64 trip, const char *reason, int sqlstate)
{
	Oid types[] = {INT8OID, INT8OID, TEXTOID, TEXTOID};
	Datum values[] = {Int64GetDatum(agency), Int64GetDatum(trip), CStringGetTextDatum(reason),
					  CStringGetTextDatum(unpack_sql_state(sqlstate))};

	SPI_connect();
	if (SPI_execute_with_args("insert into voygen.facts_failed as f (agency_id, trip_id, reason, sqlstate)"
							  " values ($1, $2, $3, $4)"
							  " on conflict (agency_id, trip_id) do update"
							  " set reason = excluded.reason, sqlstate = excluded.sqlstate,"
							  "     failed_at = pg_catalog.now(), attempts = f.attempts operator(pg_catalog.+) 1",
							  4, types, values, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "writing voygen.facts_failed failed");
	SPI_finish();
}
