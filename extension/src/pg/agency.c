/*
 * agency.c
 *	  Which agency the session works for, and the ids of its rows.
 *
 * Row security compares every row's agency_id with current_agency(). The
 * setting behind it is PGC_SUSET: a login gets its agency by ALTER ROLE ... SET
 * or from voygen.call, and cannot choose another. The text is turned into a
 * number once, when the setting changes, so that the function is one load.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"

#include "pg/agency.h"
#include "pg/module.h"

PG_FUNCTION_INFO_V1(voygen_current_agency);
PG_FUNCTION_INFO_V1(voygen_next_id);

/* The setting as text, and as assigned: 0 means no agency (ids start at 1). */
static char *agency_setting = NULL;
static int64 agency_number = 0;

/* The sequence of the agency last asked for; dropped when a relation changes. */
static int64 sequence_agency = -1;
static Oid sequence_oid = InvalidOid;

/* Reads the setting: empty is no agency, else a positive whole number. */
static bool
agency_check(char **newval, void **extra, GucSource source)
{
	int64 number = 0;
	int64 *slot;

	if (*newval != NULL && (*newval)[0] != '\0')
	{
		char *end;

		errno = 0;
		number = strtoll(*newval, &end, 10);
		if (errno != 0 || *end != '\0' || number < 0)
		{
			GUC_check_errdetail("\"%s\" is not the number of an agency.", *newval);
			return false;
		}
	}
	slot = malloc(sizeof(int64)); /* freed by guc.c */
	if (slot == NULL)
		return false;
	*slot = number;
	*extra = slot;
	return true;
}

static void
agency_assign(const char *newval, void *extra)
{
	agency_number = extra ? *(int64 *) extra : 0;
}

static void
sequence_forget(Datum arg, Oid relid)
{
	if (relid == InvalidOid || relid == sequence_oid)
		sequence_agency = -1;
}

void
agency_init(void)
{
	DefineCustomStringVariable("voygen.agency_id",
							   "Agency whose rows this session sees.",
							   "Empty means none: row security then shows nothing.",
							   &agency_setting, "", PGC_SUSET,
							   GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE,
							   agency_check, agency_assign, NULL);
	CacheRegisterRelcacheCallback(sequence_forget, (Datum) 0);
}

bool
agency_current(int64 *agency_id)
{
	*agency_id = agency_number;
	return agency_number != 0;
}

Datum
voygen_current_agency(PG_FUNCTION_ARGS)
{
	if (agency_number == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(agency_number);
}

/* Finds the sequence of one agency, or the owner's when none is set. */
static Oid
sequence_of(int64 agency)
{
	char name[NAMEDATALEN];
	Oid schema = get_namespace_oid("voygen", false);
	Oid oid;

	if (agency == 0)
		strlcpy(name, "ids_shared", sizeof(name));
	else
		snprintf(name, sizeof(name), "ids_" INT64_FORMAT, agency);
	oid = get_relname_relid(name, schema);
	if (!OidIsValid(oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("sequence voygen.%s does not exist", name),
				 agency == 0
					 ? errhint("Deploy the migrations, or set voygen.agency_id.")
					 : errhint("Create the agency with \"voygen agency create\"; its sequence comes with it.")));
	return oid;
}

/*
 * The next id for a row of the current agency. Each agency has its own
 * sequence, so that gaps in one agency's ids say nothing about another.
 * The caller needs no grant on the sequence: the id alone gives nothing away.
 */
Datum
voygen_next_id(PG_FUNCTION_ARGS)
{
	PreventCommandIfReadOnly("voygen.next_id()");
	if (sequence_agency != agency_number)
	{
		Oid oid = sequence_of(agency_number);

		sequence_oid = oid;
		sequence_agency = agency_number;
	}
	PG_RETURN_INT64(nextval_internal(sequence_oid, false));
}
