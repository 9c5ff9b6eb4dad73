/*
 * call_hold.h
 *	  Calls and the exchange of the tools keep out of each other's way.
 */
#ifndef VOYGEN_CALL_HOLD_H
#define VOYGEN_CALL_HOLD_H

/* Before anything of the tools is looked at: waits while they are exchanged,
 * and knows the new ones afterwards. */
extern void call_hold_enter(void);

/* After success; the end of a transaction that failed does the same. */
extern void call_hold_leave(void);

#endif
