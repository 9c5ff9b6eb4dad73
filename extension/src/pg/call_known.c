/*
 * call_known.c
 *	  Whom tokens mean, kept by the session from call to call.
 *
 * Looking a token up joins four tables, a fifth of a short call. What it was
 * found to mean is kept until a row that it came from changes: the triggers
 * "forget" of those tables invalidate their own relation, which every session
 * hears no later than the commit is confirmed, in the order of commits, on
 * standbys too. A call hears what there is to hear when it begins (it takes a
 * lock, see call_hold.c), so a token that was revoked is refused at the next
 * call, as if it were looked up each time. An end by the clock is compared in
 * each call.
 *
 * An answer must be younger than the last change that was heard. It is looked
 * up with a snapshot of its own (call_store.c), taken after call_known_moment;
 * a change that commits later is heard later, and then counts as one since.
 *
 * Where one of the triggers is missing or disabled, nothing is kept.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "pg/call_known.h"

PG_FUNCTION_INFO_V1(voygen_forget_callers);

#define TRIGGER "forget"
#define TRIGGER_FUNCTION "forget_callers"
#define DIGEST_BYTES 32
/* A few hundred bytes each. */
#define MOST_KNOWN 1024

static const char *const watched[] = {"tokens", "agencies", "users", "feature_flags"};

typedef struct known_key
{
	int64 agency;
	uint8 digest[DIGEST_BYTES];
} known_key;

typedef struct known_token
{
	known_key key;
	call_identity identity;
} known_token;

static MemoryContext memory = NULL; /* of all that is kept */
static HTAB *known = NULL;
static Oid relations[lengthof(watched)]; /* what `known` came from */
static uint64 changes = 0;
static bool stale = false;

/* May come at any moment, so nothing is freed here. */
static void
relation_changed(Datum arg, Oid relation)
{
	bool ours = !OidIsValid(relation) || known == NULL;

	for (int i = 0; !ours && i < lengthof(watched); i++)
		ours = relation == relations[i];
	if (!ours)
		return;
	changes++;
	stale = true;
}

void
call_known_init(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

static void
forget_all(void)
{
	known = NULL;
	stale = false;
	if (memory != NULL)
		MemoryContextReset(memory);
}

static bool
key_of(known_key *key, int64 agency, Datum digest)
{
	bytea *bytes = DatumGetByteaPP(digest);

	if (VARSIZE_ANY_EXHDR(bytes) != DIGEST_BYTES)
		return false;
	key->agency = agency;
	memcpy(key->digest, VARDATA_ANY(bytes), DIGEST_BYTES);
	return true;
}

bool
call_known_find(int64 agency, Datum digest, call_identity *identity)
{
	known_key key;
	known_token *token;

	if (stale)
		forget_all();
	if (known == NULL || !key_of(&key, agency, digest))
		return false;
	token = hash_search(known, &key, HASH_FIND, NULL);
	if (token == NULL || (token->identity.ends && token->identity.ends_at <= GetCurrentTimestamp()))
		return false;
	*identity = token->identity;
	identity->role = get_role_oid(identity->role_name, false);
	return true;
}

uint64
call_known_moment(void)
{
	return changes;
}

/* Whether the table tells of its changes, whatever session_replication_role is. */
static bool
is_watched(Oid relation, Oid function)
{
	Relation table = table_open(relation, AccessShareLock);
	bool rows = false;
	bool truncation = false;

	for (int i = 0; table->trigdesc != NULL && i < table->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &table->trigdesc->triggers[i];

		if (trigger->tgfoid != function || trigger->tgenabled != TRIGGER_FIRES_ALWAYS)
			continue;
		rows = rows || (TRIGGER_FOR_ROW(trigger->tgtype) && TRIGGER_FOR_UPDATE(trigger->tgtype) &&
						TRIGGER_FOR_DELETE(trigger->tgtype));
		truncation = truncation || TRIGGER_FOR_TRUNCATE(trigger->tgtype);
	}
	table_close(table, AccessShareLock);
	return rows && truncation;
}

static bool
find_relations(void)
{
	Oid schema = get_namespace_oid("voygen", false);
	Oid function = LookupFuncName(list_make2(makeString("voygen"), makeString(TRIGGER_FUNCTION)), 0, NULL, true);

	if (!OidIsValid(function))
		return false;
	for (int i = 0; i < lengthof(watched); i++)
	{
		relations[i] = get_relname_relid(watched[i], schema);
		if (!OidIsValid(relations[i]) || !is_watched(relations[i], function))
			return false;
	}
	return true;
}

static void
begin_keeping(void)
{
	HASHCTL control = {.keysize = sizeof(known_key), .entrysize = sizeof(known_token)};

	if (memory == NULL)
		memory = AllocSetContextCreate(TopMemoryContext, "voygen tokens", ALLOCSET_DEFAULT_SIZES);
	control.hcxt = memory;
	known = hash_create("voygen tokens", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static List *
copied_words(const List *words)
{
	List *copy = NIL;
	ListCell *cell;

	foreach (cell, words)
		copy = lappend(copy, pstrdup(lfirst(cell)));
	return copy;
}

void
call_known_keep(uint64 moment, Datum digest, const call_identity *identity)
{
	MemoryContext before;
	known_token *token;
	call_identity copy = *identity;
	known_key key = {0};

	if (!key_of(&key, identity->agency, digest))
		return;
	if (known != NULL && hash_get_num_entries(known) >= MOST_KNOWN)
		forget_all();
	if (known == NULL)
	{
		if (!find_relations())
			return;
		begin_keeping();
	}
	before = MemoryContextSwitchTo(memory);
	copy.role_name = pstrdup(identity->role_name);
	copy.scopes = copied_words(identity->scopes);
	copy.flags_off = copied_words(identity->flags_off);
	MemoryContextSwitchTo(before);
	/* Changes are heard while tables are opened, too. */
	if (moment != changes)
		return;
	token = hash_search(known, &key, HASH_ENTER, NULL);
	token->identity = copy;
}

/* forget_callers(): trigger of the tables that say whom a token means. */
Datum
voygen_forget_callers(PG_FUNCTION_ARGS)
{
	TriggerData *event = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("forget_callers() must be called by a trigger")));
	CacheInvalidateRelcache(event->tg_relation);
	return PointerGetDatum(NULL);
}
