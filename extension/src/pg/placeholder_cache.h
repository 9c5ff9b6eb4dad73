/*
 * placeholder_cache.h
 *	  Compiled templates that a session keeps from call to call.
 */
#ifndef VOYGEN_PLACEHOLDER_CACHE_H
#define VOYGEN_PLACEHOLDER_CACHE_H

#include "postgres.h"

#include "kernel/placeholder.h"
#include "utils/jsonb.h"

/*
 * The compiled template of a text with its schema and default values, either
 * of which may be NULL. It stays for this call. NULL, with the fault filled,
 * when it cannot be compiled.
 */
extern const placeholder_template *placeholder_cache_get(text *content, Jsonb *schema, Jsonb *defaults, placeholder_fault *fault);

/* A document as JSON text; NULL is one that is not given. */
extern kernel_text placeholder_document(const Jsonb *document);

#endif
