/*
 * jsonb_writer.h
 *	  Writes a jsonb document straight into the bytes PostgreSQL stores.
 */
#ifndef VOYGEN_JSONB_WRITER_H
#define VOYGEN_JSONB_WRITER_H

#include "postgres.h"

#include "utils/jsonb.h"

#define JSONB_WRITER_DEPTH 8

/* The keys of a kind of object, in stored order: by length, then by bytes. */
typedef struct JsonbKeys
{
	int n;
	const char *const *names;
	/* Header, key entries, room for value entries and key bytes, as every
	 * object of this kind starts; made at first use. */
	char *image;
	int image_len;
	uint32 keys_len;
} JsonbKeys;

#define JSONB_KEYS(variable, ...)                                \
	static const char *const variable##_names[] = {__VA_ARGS__}; \
	static JsonbKeys variable = {lengthof(variable##_names), variable##_names, NULL, 0, 0}

typedef struct JsonbFrame
{
	int entries;  /* where the entries of this container start */
	int next;     /* entry the next value gets */
	int count;    /* entries in all */
	int value;    /* where the next value starts */
	uint32 total; /* bytes of the children so far */
} JsonbFrame;

typedef struct JsonbWriter
{
	char *data;
	int len;
	int size;
	int depth;
	JsonbFrame frames[JSONB_WRITER_DEPTH];
} JsonbWriter;

/* The buffer grows in CurrentMemoryContext at the time of init, and is kept
 * from one document to the next. */
extern void jw_init(JsonbWriter *w);

/* Starts a document. */
extern void jw_reset(JsonbWriter *w);
/* Ends it: the document lies in the writer's buffer until the next reset. */
extern Jsonb *jw_finish(JsonbWriter *w);

/* Containers: an object gets exactly the values of its keys, in their order;
 * an array exactly n values. */
extern void jw_object(JsonbWriter *w, JsonbKeys *keys);
extern void jw_array(JsonbWriter *w, int n);
extern void jw_end(JsonbWriter *w);

extern void jw_null(JsonbWriter *w);
extern void jw_bool(JsonbWriter *w, bool value);
extern void jw_string(JsonbWriter *w, const char *bytes, int len);
extern void jw_literal(JsonbWriter *w, const char *word);
/* value / 10^scale, printed with `scale` decimals. */
extern void jw_decimal(JsonbWriter *w, int64 value, int scale);
/* A numeric as stored, any header. */
extern void jw_numeric(JsonbWriter *w, const struct varlena *numeric);

#endif
