/*
 * quote_write.h
 *	  A quote and its trace as JSON text.
 */
#ifndef VOYGEN_QUOTE_WRITE_H
#define VOYGEN_QUOTE_WRITE_H

#include "kernel/commission.h"
#include "lib/stringinfo.h"

/* The steps of a trace, kept until the quote is written. */
typedef struct quote_steps
{
	commission_step *steps;
	int n;
	int space;
} quote_steps;

/* To be handed to the kernel as commission_trace.step with a quote_steps as context. */
extern void quote_steps_add(void *context, const commission_step *step);

/* steps NULL: no trace was kept; rules_applied and trace are left out then. */
extern void quote_write(StringInfo out, const commission_quote *quote, const quote_steps *steps, int exponent,
						kernel_text currency);

#endif
