/*
 * call_record.h
 *	  How much of a call its record keeps.
 */
#ifndef VOYGEN_CALL_RECORD_H
#define VOYGEN_CALL_RECORD_H

/* Longer arguments are recorded by their digest. */
#define RECORDED_BYTES 32768

#endif
