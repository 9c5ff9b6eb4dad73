/*
 * relations.c
 *	  The one door through which C reaches tables.
 *
 * What is known of a table (its oid, key index, where our columns are) is kept
 * per backend and forgotten when the relation cache says the table changed.
 * It is looked at again after the table is locked, so that what is used is
 * always what is locked.
 *
 * An open index scan allocates in CurrentMemoryContext when it first meets a
 * dead row, and frees at its end. Every scan call therefore runs in the
 * stream's own context, never in one that is reset per trip.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "pg/module.h"
#include "pg/relations.h"
#include "pg/row_groups.h"

/* Rows taken from a cursor at a time, when a table is not plain. */
#define FETCH_ROWS 1000
/* From so many keys on rows are read in groups: the memory for these costs one key more than it saves. */
#define MANY_KEYS 8

static Door doors[TABLE_COUNT];

static void
door_forget(Datum arg, Oid relid)
{
	for (int i = 0; i < TABLE_COUNT; i++)
		if (relid == InvalidOid || doors[i].table == relid || doors[i].key == relid)
			doors[i].valid = false;
}

void
relations_init(void)
{
	CacheRegisterRelcacheCallback(door_forget, (Datum) 0);
	for (int i = 0; i < TABLE_MAX_COLUMNS; i++)
		stream_in_order[i] = i + 1;
}

/* True when a primary key (always a btree) is on exactly the columns we expect. */
static bool
key_is_ours(Oid oid, const Door *door, TableId id)
{
	const TableSpec *spec = &table_specs[id];
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(oid));
	Form_pg_index index;
	bool ours;

	if (!HeapTupleIsValid(tuple))
		return false;
	index = (Form_pg_index) GETSTRUCT(tuple);
	ours = index->indisvalid && index->indimmediate && index->indnkeyatts == spec->nkeys;
	for (int i = 0; ours && i < spec->nkeys; i++)
		ours = index->indkey.values[i] == door->att[i];
	ReleaseSysCache(tuple);
	return ours;
}

/* True when inserting a row takes the heap and the key index and nothing else. */
static bool
row_is_simple(Relation rel)
{
	TupleDesc desc = RelationGetDescr(rel);
	List *indexes = RelationGetIndexList(rel);
	int n = list_length(indexes);

	list_free(indexes);
	return n == 1 && rel->trigdesc == NULL && rel->rd_rules == NULL &&
		   (desc->constr == NULL ||
			(desc->constr->num_check == 0 && !desc->constr->has_generated_stored));
}

/* Learns a table that is open and locked. */
static void
door_learn(Door *door, TableId id, Relation rel)
{
	const TableSpec *spec = &table_specs[id];

	memset(door, 0, sizeof(*door));
	door->table = RelationGetRelid(rel);
	for (int i = 0; i < spec->ncolumns; i++)
	{
		door->att[i] = get_attnum(door->table, spec->columns[i]);
		if (door->att[i] < 0)
			door->att[i] = 0;
		door->last_column = Max(door->last_column, door->att[i]);
	}
	door->plain = rel->rd_rel->relkind == RELKIND_RELATION &&
				  rel->rd_tableam == GetHeapamTableAmRoutine() &&
				  !rel->rd_rel->relhassubclass;
	if (door->plain)
	{
		List *indexes = RelationGetIndexList(rel);

		list_free(indexes); /* called for rd_pkindex */
		door->key = rel->rd_pkindex;
		door->plain = OidIsValid(door->key) && key_is_ours(door->key, door, id);
	}
	if (!door->plain)
		door->key = InvalidOid;
	door->insertable = door->plain && row_is_simple(rel);
	door->valid = true;
}

Relation
relations_open(TableId id, LOCKMODE lock, const Door **door)
{
	Door *known = &doors[id];
	Relation rel = NULL;

	if (known->valid)
		rel = try_table_open(known->table, lock);
	/* The lock may have let an invalidation through: look again if so. */
	if (rel == NULL || !known->valid)
	{
		Oid oid = get_relname_relid(table_specs[id].name,
									get_namespace_oid("voygen", false));

		if (rel != NULL)
			table_close(rel, NoLock);
		if (!OidIsValid(oid))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("table voygen.%s does not exist", table_specs[id].name),
					 errhint("Deploy the migrations of this version of the extension.")));
		rel = table_open(oid, lock);
		door_learn(known, id, rel);
	}
	*door = known;
	return rel;
}

AttrNumber
relations_column(const Door *door, TableId id, int column)
{
	if (door->att[column] == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of voygen.%s does not exist",
						table_specs[id].columns[column], table_specs[id].name),
				 errhint("Deploy the migrations of this version of the extension.")));
	return door->att[column];
}

static void
collect(int64 agency, int64 **agencies, int *n, int *room)
{
	if (*n == *room)
	{
		*room = *room ? *room * 2 : 64;
		*agencies = *agencies ? repalloc(*agencies, sizeof(int64) * *room)
							  : palloc(sizeof(int64) * *room);
	}
	(*agencies)[(*n)++] = agency;
}

int
relations_agencies(int64 **agencies, Snapshot snapshot)
{
	const Door *door;
	Relation rel = relations_open(TABLE_AGENCIES, AccessShareLock, &door);
	int n = 0;
	int room = 0;

	*agencies = NULL;
	if (door->plain)
	{
		TupleTableSlot *slot = table_slot_create(rel, NULL);
		TableScanDesc scan;
		bool isnull;

		snapshot = RegisterSnapshot(snapshot);
		scan = table_beginscan(rel, snapshot, 0, NULL);
		while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
			collect(DatumGetInt64(slot_getattr(slot, door->att[AGENCY_ID], &isnull)),
					agencies, &n, &room);
		table_endscan(scan);
		UnregisterSnapshot(snapshot);
		ExecDropSingleTupleTableSlot(slot);
	}
	else
	{
		MemoryContext mine = CurrentMemoryContext;
		bool isnull;

		PushActiveSnapshot(snapshot);
		SPI_connect();
		if (SPI_execute("select agency_id from voygen.agencies", true, 0) != SPI_OK_SELECT)
			elog(ERROR, "reading voygen.agencies failed");
		PopActiveSnapshot();
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			int64 agency = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i],
													   SPI_tuptable->tupdesc, 1, &isnull));
			MemoryContext old = MemoryContextSwitchTo(mine);

			collect(agency, agencies, &n, &room);
			MemoryContextSwitchTo(old);
		}
		SPI_finish();
	}
	table_close(rel, AccessShareLock);
	return n;
}

/* ---- streams ---- */

AttrNumber stream_in_order[TABLE_MAX_COLUMNS];

static void
cursor_open(Stream *stream)
{
	const TableSpec *spec = &table_specs[stream->id];
	StringInfoData sql;
	Oid types[3] = {INT8OID, INT8OID, INT8OID};
	Datum values[3];

	initStringInfo(&sql);
	appendStringInfoString(&sql, "select ");
	for (int i = 0; i < spec->ncolumns; i++)
		appendStringInfo(&sql, "%s%s", i ? ", " : "", spec->columns[i]);
	appendStringInfo(&sql, " from voygen.%s where agency_id operator(pg_catalog.=) $1", spec->name);
	if (!stream->whole)
		appendStringInfo(&sql, " and %s operator(pg_catalog.>=) $2 and %s operator(pg_catalog.<=) $3",
						 spec->keys[1], spec->keys[1]);
	appendStringInfoString(&sql, " order by ");
	for (int i = 0; i < spec->nkeys; i++)
		appendStringInfo(&sql, "%s%s", i ? ", " : "", spec->keys[i]);
	values[0] = Int64GetDatum(stream->agency);
	values[1] = Int64GetDatum(stream->at);
	values[2] = Int64GetDatum(stream->last);
	stream->portal = SPI_cursor_open_with_args(NULL, sql.data, stream->whole ? 1 : 3,
											   types, values, NULL, true, 0);
	stream->att = stream_in_order;
	stream->natts = spec->ncolumns;
	stream->values = palloc(sizeof(Datum) * spec->ncolumns);
	stream->isnull = palloc(sizeof(bool) * spec->ncolumns);
}

void
stream_open(Stream *stream, TableId id, int64 agency, int64 last, Snapshot snapshot)
{
	const Door *door;

	memset(stream, 0, sizeof(*stream));
	stream->id = id;
	stream->agency = agency;
	stream->last = last;
	/* Rates, rules and volumes are read whole; agencies has no second key. */
	stream->whole = id >= TABLE_AGENCIES;
	stream->at = PG_INT64_MIN;
	stream->context = CurrentMemoryContext;
	stream->table = relations_open(id, AccessShareLock, &door);
	for (int i = 0; i < table_specs[id].ncolumns; i++)
		(void) relations_column(door, id, i);
	if (!door->plain)
	{
		stream->portal = NULL;
		stream->slot = NULL;
		return;
	}
	stream->att = door->att;
	stream->natts = door->last_column;
	stream->index = index_open(door->key, AccessShareLock);
	stream->slot = table_slot_create(stream->table, NULL);
	stream->scan = index_beginscan(stream->table, stream->index, snapshot,
								   stream->whole ? 1 : 3, 0);
	stream->values = stream->slot->tts_values;
	stream->isnull = stream->slot->tts_isnull;
}

void
stream_expect(Stream *stream, const int64 *keys, int n)
{
	MemoryContext old = MemoryContextSwitchTo(stream->context);

	if (stream->scan && n >= MANY_KEYS)
		row_groups_open(stream, keys, n);
	MemoryContextSwitchTo(old);
}

void
stream_close(Stream *stream)
{
	MemoryContext old = MemoryContextSwitchTo(stream->context);

	if (stream->scan)
	{
		index_endscan(stream->scan);
		ExecDropSingleTupleTableSlot(stream->slot);
		index_close(stream->index, AccessShareLock);
	}
	if (stream->portal)
		SPI_cursor_close(stream->portal);
	table_close(stream->table, AccessShareLock);
	MemoryContextSwitchTo(old);
}

/* Takes the next row of the cursor. */
static bool
cursor_next(Stream *stream)
{
	if (stream->next_fetched == stream->nfetched)
	{
		if (stream->fetched)
			SPI_freetuptable(stream->fetched);
		SPI_cursor_fetch(stream->portal, true, FETCH_ROWS);
		stream->fetched = SPI_tuptable;
		stream->nfetched = SPI_processed;
		stream->next_fetched = 0;
		if (stream->nfetched == 0)
			return false;
	}
	heap_deform_tuple(stream->fetched->vals[stream->next_fetched++],
					  stream->fetched->tupdesc, stream->values, stream->isnull);
	return true;
}

bool
stream_next(Stream *stream)
{
	MemoryContext old = MemoryContextSwitchTo(stream->context);

	if (stream->groups)
		stream->has_row = row_groups_next(stream);
	else if (stream->scan)
	{
		stream->has_row = index_getnext_slot(stream->scan, ForwardScanDirection, stream->slot);
		if (stream->has_row)
			slot_getsomeattrs(stream->slot, stream->natts);
	}
	else
		stream->has_row = cursor_next(stream);
	MemoryContextSwitchTo(old);
	if (!stream->has_row)
		stream->ended = true;
	else if (!stream->whole && !stream->groups)
		stream->at = DatumGetInt64(stream_value(stream, 1));
	return stream->has_row;
}

void
stream_scan_from(Stream *stream, int64 key)
{
	ScanKeyData keys[3];

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(stream->agency));
	ScanKeyInit(&keys[1], 2, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(key));
	ScanKeyInit(&keys[2], 2, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(stream->last));
	index_rescan(stream->scan, keys, stream->whole ? 1 : 3, NULL, 0);
}

bool
stream_seek(Stream *stream, int64 key)
{
	MemoryContext old;

	if (stream->ended || (stream->has_row && stream->at >= key))
		return stream->has_row;
	old = MemoryContextSwitchTo(stream->context);
	if (stream->groups)
		row_groups_skip(stream, key);
	else if (stream->scan)
		stream_scan_from(stream, key);
	else if (stream->portal == NULL)
	{
		stream->at = key;
		cursor_open(stream);
	}
	MemoryContextSwitchTo(old);
	do
	{
		if (!stream_next(stream))
			return false;
	} while (!stream->whole && stream->at < key);
	return true;
}

void
stream_restart(Stream *stream)
{
	stream->has_row = stream->ended = false;
	if (stream->groups)
		row_groups_restart(stream);
	if (stream->portal)
	{
		SPI_cursor_close(stream->portal);
		stream->portal = NULL;
		stream->nfetched = stream->next_fetched = 0;
	}
}

bool
stream_find(Stream *stream, int64 key)
{
	if (stream->has_row && stream->at == key)
		return true;
	stream_restart(stream);
	stream->last = key;
	return stream_seek(stream, key);
}

ItemPointer
stream_tid(Stream *stream)
{
	Assert(stream->slot != NULL);
	return &stream->slot->tts_tid;
}
