/*
 * rates_read.h
 *	  Rows of commission_rates and commission_rules as the kernel takes them.
 */
#ifndef VOYGEN_RATES_READ_H
#define VOYGEN_RATES_READ_H

#include "kernel/commission.h"
#include "pg/relations.h"

/* Each fills its struct from the stream's current row; texts and lists are
 * palloc'd or point into the row. False: the row is not active. */
extern bool rates_read_rate(Stream *row, commission_rate *rate);
extern bool rates_read_rule(Stream *row, commission_rule *rule);

#endif
