/*
 * share_fuzz.c: any bytes as the body of a form, and as the key of a link.
 *
 * What must hold: a field that was read says, written anew and read once more, the same; it has no line end but LF, and no
 * more bytes than the body. A key that is taken is written as the database writes one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory/arena.h"
#include "share/form.h"
#include "share/key.h"

#define FIELDS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

static const struct form_field none_read[FIELDS] = {{.name = "name"}, {.name = "comment"}, {.name = ""}};

/* Every byte as its number, so that nothing of the reader's own rules is used; a line end as browsers send it. */
static struct slice
write_anew(struct arena *arena, const struct form_field *fields)
{
	char *text = arena_alloc(arena, 64 + 6 * (fields[0].value.length + fields[1].value.length + fields[2].value.length));
	size_t length = 0;

	for (int i = 0; i < FIELDS; i++)
	{
		if (fields[i].value.at == NULL)
			continue;
		length += (size_t) sprintf(text + length, "&%s=", fields[i].name);
		for (size_t at = 0; at < fields[i].value.length; at++)
		{
			unsigned char byte = (unsigned char) fields[i].value.at[at];

			length += (size_t) sprintf(text + length, byte == '\n' ? "%%0d%%0A" : "%%%02X", byte);
		}
	}
	return (struct slice){text, length};
}

static void
check_form(struct arena *arena, struct slice body)
{
	struct form_field read[FIELDS];
	struct form_field again[FIELDS];

	memcpy(read, none_read, sizeof(read));
	memcpy(again, none_read, sizeof(again));
	if (!form_read(arena, body, read, FIELDS))
		return;
	if (!form_read(arena, write_anew(arena, read), again, FIELDS))
		abort();
	for (int i = 0; i < FIELDS; i++)
	{
		struct slice value = read[i].value;

		if (!slice_equal(value, again[i].value) || (value.at == NULL) != (again[i].value.at == NULL))
			abort();
		if (value.length > body.length || (value.length > 0 && memchr(value.at, '\r', value.length) != NULL))
			abort();
	}
}

static void
check_key(struct slice text)
{
	struct share_key key;
	char written[32];

	if (!share_key_read(text, &key))
		return;
	snprintf(written, sizeof(written), "vs_%lld_", (long long) key.agency_id);
	if (key.agency_id <= 0 || !slice_starts(text, written) || text.length != strlen(written) + 64)
		abort();
	for (size_t i = strlen(written); i < text.length; i++)
	{
		if (text.at[i] == '\0' || strchr("0123456789abcdef", text.at[i]) == NULL)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = {size > 0 ? (const char *) data : "", size};
	struct arena arena;

	arena_open(&arena, no_memory);
	check_form(&arena, bytes);
	check_key(bytes);
	arena_close(&arena);
	return 0;
}
