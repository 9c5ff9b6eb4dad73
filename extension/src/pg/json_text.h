/*
 * json_text.h
 *	  Documents and strings as JSON text.
 */
#ifndef VOYGEN_JSON_TEXT_H
#define VOYGEN_JSON_TEXT_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* Appends a string in quotes, escaped as PostgreSQL escapes it. */
extern void json_text_string(StringInfo out, const char *bytes, size_t length);

/* Appends a document as jsonb_out writes it. */
extern void json_text_document(StringInfo out, const Jsonb *document);

#endif
