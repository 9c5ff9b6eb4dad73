/*
 * call_allowed.h
 *	  Which tools an identity may call: the grants of its role, and its scopes.
 */
#ifndef VOYGEN_CALL_ALLOWED_H
#define VOYGEN_CALL_ALLOWED_H

#include "pg/call_store.h"

/* True when the scopes of the identity name the tool. */
extern bool call_allowed_scope(const call_identity *identity, const char *tool);

/* Raises not_allowed unless the role may execute the function and the scopes
 * name the tool. */
extern void call_allowed_check(const call_identity *identity, const char *tool, Oid function);

#endif
