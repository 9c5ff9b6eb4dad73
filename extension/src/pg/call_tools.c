/*
 * call_tools.c
 *	  The cache of tools: signature, compiled schema and function of each tool
 *	  called so far in this backend, in one memory context per tool.
 *
 * A tool goes stale when its function, one of its types, a schema or a comment changes.
 * The server tells of functions and types by their entries in the catalogue
 * caches (a hash value each) and of composite types by their relation; that a
 * comment changed is told by our own utility hook (see call_guard.c).
 */
#include "postgres.h"

#include "catalog/pg_description.h"
#include "utils/catcache.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "pg/call_tools.h"

typedef struct call_entry
{
	char name[NAMEDATALEN]; /* key */
	MemoryContext context;
	call_tool *tool;
	bool stale;
	bool in_use;
	uint32 function_hash;
	int type_count;
	uint32 *type_hashes;
	List *relations;
} call_entry;

static HTAB *tools = NULL;

/* Counts what the catalogue tells, so that a change in the middle of reading
 * a tool is not missed. */
static uint64 changes = 0;

static void *
block_take(void *context, size_t size)
{
	return MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void
block_give(void *context, void *block)
{
	pfree(block);
}

arena_source
call_tools_memory(MemoryContext context)
{
	arena_source source = {block_take, block_give, context};

	return source;
}

/* Compiles the input schema into memory; NULL with *problem set. */
static jschema *
schema_of(const tool_signature *signature, arena *memory, char **problem)
{
	jschema_options options = {.assert_format = true, .arguments = true};
	char *text = tool_input_schema(signature, SCHEMA_CHECKED);
	jdoc_error error;
	const jdoc_value *document = jdoc_parse(memory, text, strlen(text), NULL, &error);
	char words[256];
	jschema *schema;

	*problem = NULL;
	if (document == NULL)
	{
		*problem = psprintf("its schema is not JSON at %s: expected %s, got %s", error.path, error.expected, error.got);
		return NULL;
	}
	schema = jschema_compile(memory, document, &options, words, sizeof(words));
	if (schema == NULL)
		*problem = psprintf("its schema cannot be used: %s", words);
	return schema;
}

char *
tool_schema_problem(const tool_signature *signature)
{
	arena memory;
	char *problem;

	arena_start(&memory, call_tools_memory(CurrentMemoryContext));
	(void) schema_of(signature, &memory, &problem);
	arena_end(&memory);
	return problem;
}

/* Checks arguments that are in memory already. */
static char *
arguments_fault(const jschema *schema, arena *memory, const char *arguments)
{
	jdoc_error error;
	jschema_report report;
	const jdoc_value *value = jdoc_parse(memory, arguments, strlen(arguments), NULL, &error);

	if (value == NULL)
		return psprintf("byte %zu: expected %s, got %s", error.offset, error.expected, error.got);
	if (jschema_check(schema, value, memory, &report) == JSCHEMA_VALID)
		return NULL;
	return psprintf("%s: expected %s, got %s", report.path, report.expected, report.got);
}

char *
tool_arguments_problem(const tool_signature *signature, const char *arguments)
{
	arena memory;
	char *problem;
	jschema *schema;

	arena_start(&memory, call_tools_memory(CurrentMemoryContext));
	schema = schema_of(signature, &memory, &problem);
	if (schema != NULL)
		problem = arguments_fault(schema, &memory, arguments);
	arena_end(&memory);
	return problem;
}

char *
tool_examples(const tool_signature *signature)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	foreach (cell, signature->tags.examples)
	{
		if (tool_arguments_problem(signature, lfirst(cell)) != NULL)
			continue;
		appendStringInfoChar(&out, out.len == 0 ? '[' : ',');
		appendStringInfoString(&out, lfirst(cell));
	}
	appendStringInfoString(&out, out.len == 0 ? "[]" : "]");
	return out.data;
}

/* --- invalidation ------------------------------------------------------- */

static bool
entry_has_type(const call_entry *entry, uint32 hash)
{
	for (int i = 0; i < entry->type_count; i++)
		if (entry->type_hashes[i] == hash)
			return true;
	return false;
}

/* A hash value of 0 stands for every entry. */
static void
syscache_changed(Datum arg, int cache, uint32 hash)
{
	HASH_SEQ_STATUS scan;
	call_entry *entry;

	changes++;
	if (tools == NULL)
		return;
	hash_seq_init(&scan, tools);
	while ((entry = hash_seq_search(&scan)) != NULL)
		if (hash == 0 || (cache == PROCOID ? entry->function_hash == hash : entry_has_type(entry, hash)))
			entry->stale = true;
}

static void
relation_changed(Datum arg, Oid relation)
{
	HASH_SEQ_STATUS scan;
	call_entry *entry;

	changes++;
	if (tools == NULL)
		return;
	hash_seq_init(&scan, tools);
	while ((entry = hash_seq_search(&scan)) != NULL)
		if (!OidIsValid(relation) || relation == DescriptionRelationId ||
			list_member_oid(entry->relations, relation))
			entry->stale = true;
}

/* A schema was renamed or dropped: names may mean other functions now. */
static void
schema_changed(Datum arg, int cache, uint32 hash)
{
	relation_changed(arg, InvalidOid);
}

void
call_tools_init(void)
{
	CacheRegisterSyscacheCallback(PROCOID, syscache_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, syscache_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

/* --- the cache ---------------------------------------------------------- */

static void
tools_start(void)
{
	HASHCTL control = {.keysize = NAMEDATALEN, .entrysize = sizeof(call_entry)};

	tools = hash_create("voygen tools", 128, &control, HASH_ELEM | HASH_STRINGS);
}

/* A tool answers an object; what is asked beside tools answers the text of one. */
static bool
can_answer(const tool_signature *signature)
{
	return signature->result->kind == (signature->inner ? SHAPE_JSON : SHAPE_RECORD);
}

/* Reads and compiles a tool in its own context. */
static call_tool *
tool_make(Oid function, MemoryContext context)
{
	MemoryContext before = MemoryContextSwitchTo(context);
	call_tool *tool = palloc0(sizeof(*tool));
	char *problem;

	tool->signature = tool_signature_read(function);
	arena_start(&tool->memory, call_tools_memory(context));
	tool->schema = schema_of(tool->signature, &tool->memory, &problem);
	if (tool->schema == NULL || !can_answer(tool->signature))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				 errmsg("%s cannot be called as a tool: %s", tool->signature->name,
						problem ? problem : "it returns no object"),
				 errhint("select * from voygen.tool_problems();")));
	shape_prepare(tool->signature->arguments, context);
	shape_prepare(tool->signature->result, context);
	if (tool->signature->job_result != NULL)
		shape_prepare(tool->signature->job_result, context);
	fmgr_info_cxt(function, &tool->function, context);
	tool->has_secret = shape_has_secret(tool->signature->arguments);
	MemoryContextSwitchTo(before);
	return tool;
}

/* Notes what the tool depends on. */
static void
entry_watch(call_entry *entry)
{
	shape_findings *findings = &entry->tool->signature->findings;
	ListCell *cell;

	entry->function_hash = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(entry->tool->signature->function));
	entry->type_hashes = MemoryContextAlloc(entry->context, sizeof(uint32) * (list_length(findings->types) + 1));
	entry->type_count = 0;
	foreach (cell, findings->types)
		entry->type_hashes[entry->type_count++] = GetSysCacheHashValue1(TYPEOID, ObjectIdGetDatum(lfirst_oid(cell)));
	entry->relations = findings->relations;
}

static void
entry_drop(call_entry *entry)
{
	MemoryContext context = entry->context;

	hash_search(tools, entry->name, HASH_REMOVE, NULL);
	MemoryContextDelete(context);
}

/* The entry of a name, dropped when it is stale. */
static call_entry *
entry_find(const char *name)
{
	call_entry *entry;

	if (tools == NULL)
		tools_start();
	entry = hash_search(tools, name, HASH_FIND, NULL);
	if (entry != NULL && entry->stale && !entry->in_use)
	{
		entry_drop(entry);
		entry = NULL;
	}
	return entry;
}

Oid
call_tools_function(const char *name)
{
	call_entry *entry;

	if (strlen(name) >= NAMEDATALEN)
		return InvalidOid;
	entry = entry_find(name);
	return entry != NULL ? entry->tool->signature->function : tool_function(name);
}

/* Makes the tool in a child of the caller's context, and keeps it when nothing
 * can fail any more. */
static call_entry *
entry_make(const char *name, Oid function)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "voygen tool", ALLOCSET_DEFAULT_SIZES);
	uint64 before = changes;
	call_tool *tool = tool_make(function, context);
	call_entry *entry = hash_search(tools, name, HASH_ENTER, NULL);

	entry->context = context;
	entry->tool = tool;
	entry->stale = false;
	entry->type_count = 0;
	entry->relations = NIL;
	entry->function_hash = 0;
	MemoryContextSetParent(context, CacheMemoryContext);
	tool->entry = entry;
	entry_watch(entry);
	entry->stale = changes != before;
	return entry;
}

call_tool *
call_tools_get(const char *name, Oid function)
{
	call_entry *entry = entry_find(name);

	if (entry == NULL)
		entry = entry_make(name, function);
	entry->in_use = true;
	return entry->tool;
}

void
call_tools_release(call_tool *tool)
{
	tool->entry->in_use = false;
}

void
call_tools_forget_uses(void)
{
	HASH_SEQ_STATUS scan;
	call_entry *entry;

	if (tools == NULL)
		return;
	hash_seq_init(&scan, tools);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		/* what a function had begun when it failed is not taken up again */
		entry->stale = entry->stale || entry->in_use;
		entry->in_use = false;
	}
}
