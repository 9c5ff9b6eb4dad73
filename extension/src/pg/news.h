/*
 * news.h
 *	  What is told to whoever listens: jobs and facts that changed.
 */
#ifndef VOYGEN_NEWS_H
#define VOYGEN_NEWS_H

#include "postgres.h"

/* Tells, when the transaction commits, which trips of an agency have new
 * facts: channel voygen_facts, "AGENCY TRIP,TRIP,…", or "AGENCY many". */
extern void news_of_facts(int64 agency, const int64 *trips, int count);

#endif
