/*
 * kernels.h
 *	  What kernels need of PostgreSQL: memory, and a voice for their failures.
 */
#ifndef VOYGEN_KERNELS_H
#define VOYGEN_KERNELS_H

#include "postgres.h"

#include "kernel/kernel.h"

/* Memory of a context; out of memory is told by NULL. */
extern kernel_alloc kernels_memory(MemoryContext context);

/* Raises what a kernel found wrong; nothing when it is KERNEL_OK. A path "rates[2].floor" becomes "/rates/2/floor". */
extern void kernels_check(kernel_status status, const kernel_error *error);

#endif
