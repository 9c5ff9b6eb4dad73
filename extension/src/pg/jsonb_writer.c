/*
 * jsonb_writer.c
 *	  Writes a jsonb document straight into the bytes PostgreSQL stores.
 *
 * PostgreSQL's own way (pushJsonbValue) builds a tree of values, sorts the
 * keys of every object and then converts the tree. Here the shape of the
 * document is known: the keys of each kind of object are listed once, already
 * in stored order, and the values come in that order. So a document is written
 * front to back, once, and half of the time of building facts is saved.
 *
 * The form (utils/jsonb.h): a container is a 32-bit header (count and kind),
 * one 32-bit entry per child, then the children's bytes. Of an object the
 * children are all keys, then all values. An entry holds the child's type and
 * its length, or, in every JB_OFFSET_STRIDE'th, where it ends counted from the
 * first child. Containers and numerics start on a multiple of four of the
 * whole datum; the padding counts as part of the child.
 *
 * Invariants: frames[depth - 1] is the innermost open container; everything up
 * to frames[depth - 1].value is complete; a value is written by appending its
 * bytes and calling entry() with its type. What comes out is, byte for byte,
 * what jsonb_in makes of the same text (test: jsonb_writer).
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "pg/amounts.h"
#include "pg/jsonb_writer.h"

#define FIRST_SIZE 16384

/* Makes room for `more` bytes. */
static inline char *
room(JsonbWriter *w, int more)
{
	if (unlikely(w->len + more > w->size))
	{
		Size size = w->size;

		while (w->len + more > size)
			size *= 2;
		if (!AllocSizeIsValid(size))
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("a document of more than %zu bytes cannot be stored", MaxAllocSize)));
		w->data = repalloc(w->data, size);
		w->size = (int) size;
	}
	return w->data + w->len;
}

/* Zero bytes up to a multiple of four. */
static inline void
pad(JsonbWriter *w)
{
	int n = INTALIGN(w->len) - w->len;

	memset(room(w, 4), 0, 4);
	w->len += n;
}

/* Writes the entry of the value that ends here. */
static inline void
entry(JsonbWriter *w, uint32 type)
{
	JsonbFrame *frame = &w->frames[w->depth - 1];
	uint32 len = w->len - frame->value;
	JEntry entry;

	Assert(w->depth > 0 && frame->next < frame->count);
	frame->total += len;
	if (unlikely(frame->total > JENTRY_OFFLENMASK))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a document part of more than %u bytes cannot be stored",
						JENTRY_OFFLENMASK)));
	if (frame->next % JB_OFFSET_STRIDE == 0)
		entry = type | frame->total | JENTRY_HAS_OFF;
	else
		entry = type | len;
	memcpy(w->data + frame->entries + frame->next * sizeof(JEntry), &entry, sizeof(entry));
	frame->next++;
	frame->value = w->len;
}

void
jw_init(JsonbWriter *w)
{
	w->data = palloc(FIRST_SIZE);
	w->size = FIRST_SIZE;
	jw_reset(w);
}

void
jw_reset(JsonbWriter *w)
{
	w->len = VARHDRSZ;
	w->depth = 0;
}

Jsonb *
jw_finish(JsonbWriter *w)
{
	Assert(w->depth == 0);
	SET_VARSIZE(w->data, w->len);
	return (Jsonb *) w->data;
}

static inline void
open_frame(JsonbWriter *w, int entries, int next, int count, uint32 total)
{
	JsonbFrame *frame;

	if (w->depth == JSONB_WRITER_DEPTH)
		elog(ERROR, "document nests deeper than %d", JSONB_WRITER_DEPTH);
	frame = &w->frames[w->depth++];
	frame->entries = entries;
	frame->next = next;
	frame->count = count;
	frame->total = total;
	frame->value = w->len;
}

/* Makes the bytes an object of this kind starts with. */
static void
make_image(JsonbKeys *keys)
{
	int entries = sizeof(uint32) + 2 * keys->n * sizeof(JEntry);
	uint32 total = 0;
	uint32 header = keys->n | JB_FOBJECT;
	char *image;

	for (int i = 0; i < keys->n; i++)
		total += strlen(keys->names[i]);
	image = MemoryContextAllocZero(TopMemoryContext, entries + total);
	memcpy(image, &header, sizeof(header));
	keys->keys_len = total;
	keys->image_len = entries + total;
	total = 0;
	for (int i = 0; i < keys->n; i++)
	{
		uint32 len = strlen(keys->names[i]);
		JEntry entry;

		if (i > 0)
		{
			uint32 before = strlen(keys->names[i - 1]);

			if (before > len || (before == len && memcmp(keys->names[i - 1], keys->names[i], len) >= 0))
				elog(ERROR, "key \"%s\" is not in stored order", keys->names[i]);
		}
		memcpy(image + entries + total, keys->names[i], len);
		total += len;
		entry = JENTRY_ISSTRING | (i % JB_OFFSET_STRIDE == 0 ? total | JENTRY_HAS_OFF : len);
		memcpy(image + sizeof(uint32) + i * sizeof(JEntry), &entry, sizeof(entry));
	}
	keys->image = image;
}

void
jw_object(JsonbWriter *w, JsonbKeys *keys)
{
	int start;

	if (unlikely(keys->image == NULL))
		make_image(keys);
	pad(w);
	start = w->len;
	memcpy(room(w, keys->image_len), keys->image, keys->image_len);
	w->len += keys->image_len;
	open_frame(w, start + sizeof(uint32), keys->n, 2 * keys->n, keys->keys_len);
}

void
jw_array(JsonbWriter *w, int n)
{
	uint32 header = n | JB_FARRAY;
	int start;

	pad(w);
	start = w->len;
	memcpy(room(w, sizeof(uint32) + n * sizeof(JEntry)), &header, sizeof(header));
	w->len += sizeof(uint32) + n * sizeof(JEntry);
	open_frame(w, start + sizeof(uint32), 0, n, 0);
}

void
jw_end(JsonbWriter *w)
{
	JsonbFrame *frame = &w->frames[w->depth - 1];

	if (frame->next != frame->count)
		elog(ERROR, "a container of %d entries was given %d", frame->count, frame->next);
	w->depth--;
	if (w->depth > 0)
		entry(w, JENTRY_ISCONTAINER);
}

void
jw_null(JsonbWriter *w)
{
	entry(w, JENTRY_ISNULL);
}

void
jw_bool(JsonbWriter *w, bool value)
{
	entry(w, value ? JENTRY_ISBOOL_TRUE : JENTRY_ISBOOL_FALSE);
}

void
jw_string(JsonbWriter *w, const char *bytes, int len)
{
	memcpy(room(w, len), bytes, len);
	w->len += len;
	entry(w, JENTRY_ISSTRING);
}

void
jw_literal(JsonbWriter *w, const char *word)
{
	jw_string(w, word, strlen(word));
}

void
jw_decimal(JsonbWriter *w, int64 value, int scale)
{
	pad(w);
	w->len += amount_encode(value, scale, room(w, AMOUNT_ENCODED_MAX));
	entry(w, JENTRY_ISNUMERIC);
}

void
jw_numeric(JsonbWriter *w, const struct varlena *numeric)
{
	int len = VARSIZE_ANY_EXHDR(numeric);
	char *to;

	pad(w);
	to = room(w, VARHDRSZ + len);
	SET_VARSIZE(to, VARHDRSZ + len);
	memcpy(to + VARHDRSZ, VARDATA_ANY(numeric), len);
	w->len += VARHDRSZ + len;
	entry(w, JENTRY_ISNUMERIC);
}
