/*
 * errand.h - work of a job outside of the database: what its step asks for is fetched, made by the maker, and handed
 * back, all for the run that holds the job. The next step finds it.
 */
#ifndef VOYGEN_ERRAND_H
#define VOYGEN_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

#include "db/pool.h"
#include "job/maker.h"

/* Told once, when all went well or not (failure; valid during the call). */
typedef void errand_done(void *owner, const struct failure *failure);

struct errand
{
	struct pool *pool;
	struct maker *maker;
	int64_t agency;
	int64_t job;
	int64_t run;
	bool asking; /* a query is under way */
	bool making; /* the order is with the maker */
	bool once;   /* ... and is a message: given again, it might be sent twice */
	bool ending; /* it begins nothing that another can begin as well */
	struct query query;
	struct order order;
	struct bytes request; /* of the job */
	struct bytes said;    /* the answer, JSON */
	struct bytes parts;   /* its other pieces as PostgreSQL takes a list of bytes */
	errand_done *done;
	void *owner;
};

/* The errand is all zero at first, and stays where it is until it has called back or was stopped. */
void errand_start(struct errand *errand, int64_t agency, int64_t job, int64_t run, errand_done *done, void *owner);

/* Calls back no more; what was made is thrown away. Also for one that is not under way. */
void errand_stop(struct errand *errand);

/* For a process that ends: true when the errand was stopped, as others can begin it anew; else it calls back as soon as it can. */
bool errand_wind_up(struct errand *errand);

#endif
