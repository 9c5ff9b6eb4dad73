/*
 * news.c
 *	  What is told to whoever listens.
 *
 * News is sent by the code that did the work, in its transaction, and arrives
 * when that commits. It is never a duty: whoever misses it finds the same in
 * the tables. A transaction that sends news cannot be prepared (two-phase
 * commit), which is why marking a trip sends none.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/async.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/rel.h"

#include "pg/news.h"

PG_FUNCTION_INFO_V1(voygen_job_changed);
PG_FUNCTION_INFO_V1(voygen_tell_agency);

/* The server takes less than 8000 bytes at once. */
#define LONGEST_NEWS 7900

/* More trips than this are told as "many": whoever holds so many looks anew. */
#define MOST_TRIPS 2000

void
news_of_facts(int64 agency, const int64 *trips, int count)
{
	StringInfoData text;
	int beginning;

	if (count == 0)
		return;
	initStringInfo(&text);
	appendStringInfo(&text, INT64_FORMAT " ", agency);
	beginning = text.len;
	if (count > MOST_TRIPS)
		appendStringInfoString(&text, "many");
	for (int i = 0; i < count && count <= MOST_TRIPS; i++)
	{
		if (text.len > LONGEST_NEWS - 32)
		{
			Async_Notify("voygen_facts", text.data);
			text.data[text.len = beginning] = '\0';
		}
		appendStringInfo(&text, text.len > beginning ? "," INT64_FORMAT : INT64_FORMAT, trips[i]);
	}
	Async_Notify("voygen_facts", text.data);
	pfree(text.data);
}

static const char *
column(HeapTuple row, TupleDesc desc, const char *name)
{
	int number = SPI_fnumber(desc, name);
	char *value = number > 0 ? SPI_getvalue(row, desc, number) : NULL;

	return value != NULL ? value : "";
}

/*
 * job_changed(): trigger of voygen.job, after each row. Channel voygen_job,
 * "AGENCY JOB STATUS"; a job that is running and shall be cancelled is told as
 * "cancelling".
 */
Datum
voygen_job_changed(PG_FUNCTION_ARGS)
{
	TriggerData *event = (TriggerData *) fcinfo->context;
	HeapTuple row;
	TupleDesc desc;
	const char *status;
	char *text;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(event->tg_event) || !TRIGGER_FIRED_FOR_ROW(event->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("voygen.job_changed() is a trigger, after each row")));
	desc = RelationGetDescr(event->tg_relation);
	row = TRIGGER_FIRED_BY_UPDATE(event->tg_event) ? event->tg_newtuple : event->tg_trigtuple;
	status = column(row, desc, "status");
	if (strcmp(status, "running") == 0 && strcmp(column(row, desc, "cancel_requested"), "t") == 0)
		status = "cancelling";
	text = psprintf("%s %s %s", column(row, desc, "agency_id"), column(row, desc, "job_id"), status);
	Async_Notify("voygen_job", text);
	return PointerGetDatum(NULL);
}

static const char *
payload_of(TupleDesc columns, HeapTuple row)
{
	int column = SPI_fnumber(columns, "agency_id");
	bool isnull;
	Datum agency;

	if (column <= 0 || SPI_gettypeid(columns, column) != INT8OID)
		elog(ERROR, "tell_agency() needs a table with agency_id bigint");
	agency = SPI_getbinval(row, columns, column, &isnull);
	return isnull ? "all" : psprintf(INT64_FORMAT, DatumGetInt64(agency));
}

/*
 * tell_agency('channel'): trigger, after each row, of what clients hold lists
 * of. Tells the agency's number, or "all" for a row that all share. It is a
 * trigger since a tool itself can send nothing.
 */
Datum
voygen_tell_agency(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc columns;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		trigger->tg_trigger->tgnargs != 1)
		elog(ERROR, "tell_agency('channel') is a trigger AFTER each row");
	columns = RelationGetDescr(trigger->tg_relation);
	Async_Notify(trigger->tg_trigger->tgargs[0], payload_of(columns, trigger->tg_trigtuple));
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		Async_Notify(trigger->tg_trigger->tgargs[0], payload_of(columns, trigger->tg_newtuple));
	return PointerGetDatum(NULL);
}
