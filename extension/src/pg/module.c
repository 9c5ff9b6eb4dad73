/*
 * module.c
 *	  Entry of the library, and the agreement between library and catalogue.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/rel.h"

#include "pg/call.h"
#include "pg/job_step.h"
#include "pg/marks.h"
#include "pg/module.h"
#include "pg/queue.h"
#include "pg/rates.h"
#include "pg/relations.h"

PG_MODULE_MAGIC;

void _PG_init(void);

PG_FUNCTION_INFO_V1(voygen_library_version);

void
_PG_init(void)
{
	agency_init();
	relations_init();
	queue_init();
	marks_init();
	rates_init();
	call_init();
	job_step_init();
	MarkGUCPrefixReserved("voygen");
}

/* The version the library was built as; the script's version is in pg_extension. */
Datum
voygen_library_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(VOYGEN_VERSION));
}

/* Version of the extension as this database's catalogue has it, or NULL. */
static char *
catalogue_version(void)
{
	Relation rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	char *version = NULL;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber,
				F_NAMEEQ, CStringGetDatum("voygen"));
	scan = systable_beginscan(rel, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool isnull;
		Datum d = heap_getattr(tuple, Anum_pg_extension_extversion,
							   RelationGetDescr(rel), &isnull);

		if (!isnull)
			version = text_to_cstring(DatumGetTextPP(d));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return version;
}

/* "1.12" as major 1, minor 12; anything else is no version of ours. */
static bool
version_parse(const char *version, int *major, int *minor)
{
	int length = 0;

	return sscanf(version, "%d.%d%n", major, minor, &length) == 2 && version[length] == '\0';
}

/* A library serves the scripts of its own version and of all before it: what
 * those declare keeps its meaning. */
static bool
library_serves(const char *version)
{
	int major;
	int minor;
	int own_major;
	int own_minor;

	if (!version_parse(version, &major, &minor) ||
		!version_parse(VOYGEN_VERSION, &own_major, &own_minor))
		return false;
	return major == own_major && minor <= own_minor;
}

void
module_check_catalogue(void)
{
	/* Once it agreed it can only change by ALTER EXTENSION, which is rare
	 * enough to ask for a new session. */
	static bool agreed = false;
	char *version;

	if (agreed)
		return;
	version = catalogue_version();
	if (version == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"voygen\" is missing in this database"),
				 errhint("Run CREATE EXTENSION voygen, or make deploy.")));
	if (!library_serves(version))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"voygen\" is %s in this database but the library is %s, which is older",
						version, VOYGEN_VERSION),
				 errhint("Install the library of that version: make build.")));
	agreed = true;
}
