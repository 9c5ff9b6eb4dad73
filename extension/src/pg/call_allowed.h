/*
 * call_allowed.h
 *	  Which tools an identity may call: the grants of its role, its scopes, and
 *	  the switches of its agency.
 */
#ifndef VOYGEN_CALL_ALLOWED_H
#define VOYGEN_CALL_ALLOWED_H

#include "pg/call_store.h"

/* True when the scopes of the identity name the tool, or the sort of tools
 * (reading or writing) it is of. */
extern bool call_allowed_scope(const call_identity *identity, const char *tool, bool reads);

/* True when the agency has switched off the tool, which is then not there for
 * anybody of it; or a behaviour. */
extern bool call_allowed_tool_off(const call_identity *identity, const char *tool);
extern bool call_allowed_flag_off(const call_identity *identity, const char *flag);

/* Raises not_allowed unless the role may execute the function and the scopes
 * include the tool; in the second case the error names the scope. */
extern void call_allowed_check(const call_identity *identity, const char *tool, Oid function);

#endif
