/*
 * call.h
 *	  The door: settings and hooks of calls, from _PG_init.
 */
#ifndef VOYGEN_CALL_H
#define VOYGEN_CALL_H

extern void call_init(void);

#endif
