/*
 * call_known.h
 *	  Whom tokens mean, kept by the session from call to call.
 */
#ifndef VOYGEN_CALL_KNOWN_H
#define VOYGEN_CALL_KNOWN_H

#include "postgres.h"

#include "pg/call_store.h"

extern void call_known_init(void);

/* At the beginning of a call, after other sessions' news was heard: true fills
 * the identity, whose words last until the next call begins. */
extern bool call_known_find(int64 agency, Datum digest, call_identity *identity);

/* Before a token is looked up: the moment that the answer must not be older
 * than, for call_known_keep. */
extern uint64 call_known_moment(void);

/* Keeps what a token was found to mean, unless something has changed since the
 * moment, or changes could go unheard. */
extern void call_known_keep(uint64 moment, Datum digest, const call_identity *identity);

#endif
