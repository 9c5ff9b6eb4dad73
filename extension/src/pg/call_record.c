/*
 * call_record.c
 *	  The arguments of a call that is over, as its record may keep them.
 *
 * The program in front sends what it was sent. What is marked @redact is left
 * out here, where the marks are; arguments that are no object, too long, or of
 * a tool that is no longer there are kept as their digest.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "pg/call_arguments.h"
#include "pg/call_error.h"
#include "pg/call_guard.h"
#include "pg/call_record.h"
#include "pg/call_tools.h"

PG_FUNCTION_INFO_V1(voygen_recorded_arguments);

static char *
digest_alone(Datum bytes, size_t length)
{
	char *digest = DatumGetCString(DirectFunctionCall1(byteaout, DirectFunctionCall1(sha256_bytea, bytes)));

	return psprintf("{\"(bytes)\":%zu,\"(sha256)\":\"%s\"}", length, digest + 2);
}

/* The arguments without what is marked, or NULL when they are no object. */
static char *
redacted(call_tool *tool, const char *text, size_t length)
{
	jdoc_limits limits = {.bytes = RECORDED_BYTES, .depth = CALL_DEPTH, .values = RECORDED_BYTES, .number_bytes = 1000};
	arena memory;
	jdoc_error error;
	const jdoc_value *object;
	char *kept = NULL;

	arena_start(&memory, call_tools_memory(CurrentMemoryContext));
	object = jdoc_parse(&memory, text, length, &limits, &error);
	if (object != NULL && object->kind == JDOC_OBJECT)
		kept = call_arguments_redacted(tool, object, text);
	arena_end(&memory);
	return kept;
}

static char *
redacted_for(const char *name, Oid function, const char *text, size_t length)
{
	call_tool *tool = call_tools_get(name, function);
	char *volatile kept = NULL;

	PG_TRY();
	{
		kept = redacted(tool, text, length);
	}
	PG_FINALLY();
	{
		call_tools_release(tool);
	}
	PG_END_TRY();
	return kept;
}

/* recorded_arguments(tool, arguments): JSON text. */
Datum
voygen_recorded_arguments(PG_FUNCTION_ARGS)
{
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bytea *arguments = PG_GETARG_BYTEA_PP(1);
	size_t length = VARSIZE_ANY_EXHDR(arguments);
	char *kept = NULL;
	Oid function;

	if (call_guard_active())
		call_raise(CALL_NOT_ALLOWED, "a tool keeps no records of other calls", NULL);
	function = length <= RECORDED_BYTES ? call_tools_function(name) : InvalidOid;
	if (OidIsValid(function))
		kept = redacted_for(name, function, VARDATA_ANY(arguments), length);
	if (kept == NULL)
		kept = digest_alone(PG_GETARG_DATUM(1), length);
	PG_RETURN_TEXT_P(cstring_to_text(kept));
}
