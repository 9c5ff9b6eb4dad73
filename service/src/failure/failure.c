/*
 * failure.c - prints a failure as the JSON object of the tools or as text for a person.
 */
#include "failure/failure.h"

#include <stdbool.h>
#include <string.h>

bool
failure_set(struct failure *failure, const char *code, const char *message, const char *hint)
{
	memset(failure, 0, sizeof(*failure));
	failure->code = code;
	failure->message = message;
	failure->hint = hint;
	return false;
}

/* A JSON string; needs no memory, so that "out of memory" can be said as well. */
static void
print_json_string(FILE *out, const char *text)
{
	putc('"', out);
	for (const unsigned char *at = (const unsigned char *) text; *at != 0; at++)
	{
		if (*at == '"' || *at == '\\')
			fprintf(out, "\\%c", *at);
		else if (*at == '\n')
			fputs("\\n", out);
		else if (*at == '\t')
			fputs("\\t", out);
		else if (*at < 0x20)
			fprintf(out, "\\u%04x", *at);
		else
			putc(*at, out);
	}
	putc('"', out);
}

static void
print_member(FILE *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	fprintf(out, ", \"%s\": ", name);
	print_json_string(out, value);
}

void
failure_print_json(FILE *out, const struct failure *failure)
{
	if (failure->json != NULL)
	{
		fprintf(out, "%s\n", failure->json);
		return;
	}
	fputs("{\"code\": ", out);
	print_json_string(out, failure->code);
	print_member(out, "message", failure->message);
	print_member(out, "path", failure->path);
	print_member(out, "expected", failure->expected);
	print_member(out, "got", failure->got);
	print_member(out, "hint", failure->hint);
	fputs("}\n", out);
}

void
failure_print_text(FILE *out, const char *where, const struct failure *failure)
{
	fprintf(out, "voygen %s: %s", where, failure->message);
	if (failure->path != NULL && failure->path[0] != '\0')
		fprintf(out, " (at %s)", failure->path);
	if (failure->expected != NULL)
		fprintf(out, "; expected %s", failure->expected);
	if (failure->got != NULL)
		fprintf(out, "; got %s", failure->got);
	putc('\n', out);
	if (failure->hint != NULL)
		fprintf(out, "hint: %s\n", failure->hint);
}
