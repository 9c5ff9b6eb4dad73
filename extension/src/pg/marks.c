/*
 * marks.c
 *	  Triggers that mark trips whose facts a statement made out of date.
 *
 * A trigger here runs once per statement, after it, and reads the rows the
 * statement left in the transition tables: straight from their tuplestores,
 * no query is run. Of these rows only the agency and the trip matter. Each
 * trip gets one mark (queue.c) in the user's own transaction: it becomes
 * visible with the change that caused it, and not before.
 *
 * What must hold:
 *	 - A mark never waits for another transaction and needs no right of the
 *	   user's; the queue has no uniqueness over trips.
 *	 - A mark is never missed. Columns are found by name in the table as it is
 *	   now; an update marks the trip it took a row from and the one it gave it
 *	   to; whatever cannot be told cheaply is marked.
 *	 - An update of columns no fact uses (a note, updated_at) marks nothing:
 *	   rows before and after are in the same order in both tuplestores, and are
 *	   compared column by column.
 *	 - A client's mark names the client, not its trips. A trip that another
 *	   transaction is just giving to the client cannot be seen from here; the
 *	   refresh, which comes after the commit, sees it.
 *	 - Rates, rules, volumes and an agency's settings mark the agency: one row,
 *	   whatever the number of trips.
 *	 - TRUNCATE has no transition table and marks every agency.
 *	 - What a subscription applies fires no statement's triggers but those of
 *	   TRUNCATE and of the first copy. A trigger for each row stands in, enabled
 *	   for replicated rows only, so that a user's rows do not pay for it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "pg/marks.h"
#include "pg/module.h"
#include "pg/queue.h"
#include "pg/relations.h"
#include "pg/subjects.h"
#include "pg/tables.h"

PG_FUNCTION_INFO_V1(voygen_mark_trips);
PG_FUNCTION_INFO_V1(voygen_mark_clients);
PG_FUNCTION_INFO_V1(voygen_mark_agencies);
PG_FUNCTION_INFO_V1(voygen_mark_every_trip);

typedef enum Verb
{
	VERB_INSERT,
	VERB_UPDATE,
	VERB_DELETE,
	VERB_TRUNCATE,
	VERB_COUNT
} Verb;

static const char *const verb_names[VERB_COUNT] = {"insert", "update", "delete", "truncate"};

/* Where the columns that matter are in one table; kept until it changes. */
typedef struct Watched
{
	Oid table; /* invalid: this place is free */
	AttrNumber agency;
	AttrNumber subject; /* trip or client; 0 when the agency is meant */
	int nfacts;
	AttrNumber facts[MaxHeapAttributeNumber]; /* columns a fact uses */
	AttrNumber last;
	char reasons[VERB_COUNT][NAMEDATALEN + 16]; /* "hotel_cache update" */
} Watched;

#define WATCHED_TABLES 32
static Watched watched[WATCHED_TABLES];
static int next_watched = 0;

static void
watched_forget(Datum arg, Oid relid)
{
	for (int i = 0; i < WATCHED_TABLES; i++)
		if (relid == InvalidOid || watched[i].table == relid)
			watched[i].table = InvalidOid;
}

void
marks_init(void)
{
	CacheRegisterRelcacheCallback(watched_forget, (Datum) 0);
}

/* ---- which columns ---- */

static AttrNumber
column_named(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			return i + 1;
	}
	return 0;
}

/* Bookkeeping that no fact shows. */
static bool
is_bookkeeping(const char *name)
{
	return strcmp(name, "updated_at") == 0 || strcmp(name, "created_at") == 0;
}

/* Columns of a table whose change makes facts out of date: those tables.c
 * names; for rates, rules and volumes all but bookkeeping. */
static void
watch_columns(Watched *w, Relation rel)
{
	TupleDesc desc = RelationGetDescr(rel);
	TableId id = table_by_name(RelationGetRelationName(rel));
	bool named = id < TABLE_RATES;

	w->nfacts = 0;
	if (named)
	{
		for (int i = 0; i < table_specs[id].ncolumns; i++)
		{
			AttrNumber att = column_named(desc, table_specs[id].columns[i]);

			if (att != 0)
				w->facts[w->nfacts++] = att;
		}
	}
	else
	{
		for (int i = 0; i < desc->natts; i++)
		{
			Form_pg_attribute att = TupleDescAttr(desc, i);

			if (!att->attisdropped && !is_bookkeeping(NameStr(att->attname)))
				w->facts[w->nfacts++] = i + 1;
		}
	}
	w->last = 0;
	for (int i = 0; i < w->nfacts; i++)
		w->last = Max(w->last, w->facts[i]);
}

static AttrNumber bigint_column(TupleDesc desc, const char *name, const char *table);

/* Looks the table up, or learns it. subject is NULL when agencies are marked. */
static const Watched *
watched_find(Relation rel, const char *subject)
{
	TupleDesc desc = RelationGetDescr(rel);
	Watched *w;

	for (int i = 0; i < WATCHED_TABLES; i++)
		if (watched[i].table == RelationGetRelid(rel))
			return &watched[i];
	w = &watched[next_watched];
	next_watched = (next_watched + 1) % WATCHED_TABLES;
	w->table = InvalidOid;
	w->agency = bigint_column(desc, "agency_id", RelationGetRelationName(rel));
	w->subject = subject == NULL ? 0 : bigint_column(desc, subject, RelationGetRelationName(rel));
	watch_columns(w, rel);
	for (int i = 0; i < VERB_COUNT; i++)
		snprintf(w->reasons[i], sizeof(w->reasons[i]), "%s %s", RelationGetRelationName(rel),
				 verb_names[i]);
	w->table = RelationGetRelid(rel);
	return w;
}

static AttrNumber
bigint_column(TupleDesc desc, const char *name, const char *table)
{
	AttrNumber att = column_named(desc, name);

	if (att == 0 || TupleDescAttr(desc, att - 1)->atttypid != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no bigint column \"%s\" to mark trips by", table, name),
				 errhint("Drop the trigger from this table.")));
	return att;
}

/* ---- reading the rows ---- */

static void
add_row(Subjects *set, const Watched *w, HeapTuple row, TupleDesc desc)
{
	bool no_agency;
	bool no_subject = false;
	int64 agency = DatumGetInt64(heap_getattr(row, w->agency, desc, &no_agency));
	int64 subject = QUEUE_EVERY_TRIP;

	if (w->subject)
		subject = DatumGetInt64(heap_getattr(row, w->subject, desc, &no_subject));
	if (!no_agency && !no_subject)
		subjects_add(set, agency, subject);
}

/* Puts a tuplestore's own reading place at its beginning. Others who read these
 * rows have a place of their own, or find this one where it was. */
static void
rows_rewind(Tuplestorestate *store)
{
	tuplestore_select_read_pointer(store, 0);
	tuplestore_rescan(store);
}

/* The row of a slot that a tuplestore was read into. */
static HeapTuple
slot_row(TupleTableSlot *slot)
{
	return ((MinimalTupleTableSlot *) slot)->tuple;
}

static void
add_rows(Subjects *set, const Watched *w, Tuplestorestate *store, TupleDesc desc)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);

	rows_rewind(store);
	while (tuplestore_gettupleslot(store, true, false, slot))
		add_row(set, w, slot_row(slot), desc);
	rows_rewind(store);
	ExecDropSingleTupleTableSlot(slot);
}

/* True when a column of some fact differs. Differing bytes of equal values
 * (1.0 and 1.00) count as a difference: the refresh will find them equal. */
static bool
facts_differ(const Watched *w, TupleDesc desc, TupleTableSlot *before, TupleTableSlot *after)
{
	slot_getsomeattrs(before, w->last);
	slot_getsomeattrs(after, w->last);
	for (int i = 0; i < w->nfacts; i++)
	{
		int c = w->facts[i] - 1;
		Form_pg_attribute att = TupleDescAttr(desc, c);

		if (before->tts_isnull[c] != after->tts_isnull[c])
			return true;
		if (!before->tts_isnull[c] &&
			!datum_image_eq(before->tts_values[c], after->tts_values[c],
							att->attbyval, att->attlen))
			return true;
	}
	return false;
}

static void
add_changed(Subjects *set, const Watched *w, TriggerData *trigger, TupleDesc desc)
{
	TupleTableSlot *before = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	TupleTableSlot *after = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);

	rows_rewind(trigger->tg_oldtable);
	rows_rewind(trigger->tg_newtable);
	while (tuplestore_gettupleslot(trigger->tg_oldtable, true, false, before) &&
		   tuplestore_gettupleslot(trigger->tg_newtable, true, false, after))
	{
		if (!facts_differ(w, desc, before, after))
			continue;
		add_row(set, w, slot_row(before), desc);
		add_row(set, w, slot_row(after), desc);
	}
	rows_rewind(trigger->tg_oldtable);
	rows_rewind(trigger->tg_newtable);
	ExecDropSingleTupleTableSlot(before);
	ExecDropSingleTupleTableSlot(after);
}

/* The row of a trigger for each row. */
static void
add_applied(Subjects *set, const Watched *w, TriggerData *trigger, TupleDesc desc)
{
	bool update = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);

	if (update && !facts_differ(w, desc, trigger->tg_trigslot, trigger->tg_newslot))
		return;
	add_row(set, w, trigger->tg_trigtuple, desc);
	if (update)
		add_row(set, w, trigger->tg_newtuple, desc);
}

/* ---- writing the marks ---- */

static void
put_marks(Subjects *set, int sign, const char *reason)
{
	Queue queue;

	if (set->n == 0)
		return;
	queue_open(&queue, reason);
	if (set->n == 1)
		queue_put(&queue, set->last.agency, sign * set->last.subject);
	else
	{
		/* In the order of the queue's key, neighbours go to one page. */
		subjects_sort(set);
		for (int i = 0; i < set->n; i++)
			queue_put(&queue, set->slots[i].agency, sign * set->slots[i].subject);
	}
	queue_close(&queue);
	subjects_free(set);
}

/*
 * After TRUNCATE nobody knows whose rows there were: every agency is marked, those
 * too that the transaction's own snapshot is too old to show. Whoever made one
 * together with rows that are gone has committed: the table was locked.
 */
static void
mark_every_agency(const char *reason)
{
	Subjects set = {0};
	int64 *agencies;
	int n = relations_agencies(&agencies, GetLatestSnapshot());

	for (int i = 0; i < n; i++)
		subjects_add(&set, agencies[i], QUEUE_EVERY_TRIP);
	put_marks(&set, 1, reason);
}

static Verb
event_verb(TriggerEvent event)
{
	if (TRIGGER_FIRED_BY_INSERT(event))
		return VERB_INSERT;
	if (TRIGGER_FIRED_BY_DELETE(event))
		return VERB_DELETE;
	return TRIGGER_FIRED_BY_UPDATE(event) ? VERB_UPDATE : VERB_TRUNCATE;
}

static TriggerData *
called_as_trigger(FunctionCallInfo fcinfo)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("a marking function was not called by a trigger"),
				 errhint("To mark trips by hand call voygen_api.mark_facts_dirty().")));
	if (!TRIGGER_FIRED_AFTER(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must be AFTER, for each statement or each row",
						trigger->tg_trigger->tgname)));
	return trigger;
}

/* The tuplestores an event needs must have been named in REFERENCING. */
static void
need_rows(TriggerData *trigger)
{
	bool old_wanted = !TRIGGER_FIRED_BY_INSERT(trigger->tg_event);
	bool new_wanted = !TRIGGER_FIRED_BY_DELETE(trigger->tg_event);

	if ((old_wanted && trigger->tg_oldtable == NULL) ||
		(new_wanted && trigger->tg_newtable == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" does not name the rows it needs",
						trigger->tg_trigger->tgname),
				 errhint("Create it with REFERENCING %s%s%s.",
						 old_wanted ? "OLD TABLE AS old_rows" : "",
						 old_wanted && new_wanted ? " " : "",
						 new_wanted ? "NEW TABLE AS new_rows" : "")));
}

/* Marks what the statement changed; subject names the column, sign turns a
 * client's number into its mark. */
static Datum
mark_rows(FunctionCallInfo fcinfo, const char *subject, int sign)
{
	TriggerData *trigger = called_as_trigger(fcinfo);
	TupleDesc desc = RelationGetDescr(trigger->tg_relation);
	Verb verb = event_verb(trigger->tg_event);
	const Watched *w = watched_find(trigger->tg_relation, subject);
	Subjects set = {0};

	if (verb == VERB_TRUNCATE)
	{
		mark_every_agency(w->reasons[verb]);
		return PointerGetDatum(NULL);
	}
	if (TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
	{
		add_applied(&set, w, trigger, desc);
		put_marks(&set, sign, w->reasons[verb]);
		return PointerGetDatum(NULL);
	}
	need_rows(trigger);
	if (verb == VERB_INSERT)
		add_rows(&set, w, trigger->tg_newtable, desc);
	else if (verb == VERB_DELETE)
		add_rows(&set, w, trigger->tg_oldtable, desc);
	else
		add_changed(&set, w, trigger, desc);
	put_marks(&set, sign, w->reasons[verb]);
	return PointerGetDatum(NULL);
}

/* For tables whose rows belong to a trip. */
Datum
voygen_mark_trips(PG_FUNCTION_ARGS)
{
	return mark_rows(fcinfo, "trip_id", 1);
}

/* For clients: all trips of the client. */
Datum
voygen_mark_clients(PG_FUNCTION_ARGS)
{
	return mark_rows(fcinfo, "client_id", -1);
}

/* For rates, rules, volumes and agencies: all trips of the agency. */
Datum
voygen_mark_agencies(PG_FUNCTION_ARGS)
{
	return mark_rows(fcinfo, NULL, 1);
}

/* For whoever wrote while no trigger was watching, and holds the tables locked. */
Datum
voygen_mark_every_trip(PG_FUNCTION_ARGS)
{
	PreventCommandIfReadOnly("voygen.mark_every_trip()");
	PreventCommandIfParallelMode("voygen.mark_every_trip()");
	mark_every_agency("marking was off");
	PG_RETURN_VOID();
}
