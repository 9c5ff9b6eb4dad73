/*
 * call_near.c
 *	  Names of tools that are near to one that does not exist: slips of the
 *	  pen by edit distance, and names that hold the wrong one as a part.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "pg/call_allowed.h"
#include "pg/call_near.h"

/* More would be a list of tools, which there is already. */
#define NEAR_NAMES 5

/* A part shorter than this is in too many names to mean one of them. */
#define SHORTEST_PART 4

typedef struct near_name
{
	const char *name;
	int distance;
} near_name;

static const char names_of_role[] =
	"select p.proname::pg_catalog.text"
	" from pg_catalog.pg_proc p"
	" join pg_catalog.pg_namespace n on n.oid OPERATOR(pg_catalog.=) p.pronamespace"
	" where n.nspname OPERATOR(pg_catalog.=) 'voygen_api'"
	"   and p.prokind OPERATOR(pg_catalog.=) 'f'"
	"   and pg_catalog.has_function_privilege($1, p.oid, 'execute')"
	" order by 1";

/* How far the name is from the wrong one; beyond `most` when it is not near. */
static int
distance_of(const char *name, const char *wrong, int most)
{
	if (strlen(wrong) >= SHORTEST_PART && strstr(name, wrong) != NULL)
		return most;
	return varstr_levenshtein_less_equal(wrong, strlen(wrong), name, strlen(name), 1, 1, 1, most, true);
}

/* Puts a name in its place among the nearest; of equal ones the earlier stays in front. */
static void
keep_name(near_name *nearest, int *count, near_name candidate)
{
	int at = *count < NEAR_NAMES ? (*count)++ : NEAR_NAMES;

	for (; at > 0 && nearest[at - 1].distance > candidate.distance; at--)
	{
		if (at < NEAR_NAMES)
			nearest[at] = nearest[at - 1];
	}
	if (at < NEAR_NAMES)
		nearest[at] = candidate;
}

char *
call_near_names(const char *wrong, const call_identity *identity)
{
	MemoryContext context = CurrentMemoryContext;
	Oid types[1] = {OIDOID};
	Datum values[1] = {ObjectIdGetDatum(identity->role)};
	near_name nearest[NEAR_NAMES];
	StringInfoData out;
	int count = 0;
	int most = 1 + (int) strlen(wrong) / 4;

	SPI_connect();
	if (SPI_execute_with_args(names_of_role, 1, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "cannot list the names of tools");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		near_name candidate = {SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1), 0};

		candidate.distance = distance_of(candidate.name, wrong, most);
		if (candidate.distance <= most && !call_allowed_tool_off(identity, candidate.name))
			keep_name(nearest, &count, candidate);
	}
	MemoryContextSwitchTo(context);
	initStringInfo(&out);
	for (int i = 0; i < count; i++)
		appendStringInfo(&out, "%s%s", i == 0 ? "" : ", ", nearest[i].name);
	SPI_finish();
	return count > 0 ? out.data : NULL;
}
