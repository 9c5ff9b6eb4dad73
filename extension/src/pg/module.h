/*
 * module.h
 *	  What the parts of the library share: settings and the version check.
 */
#ifndef VOYGEN_MODULE_H
#define VOYGEN_MODULE_H

#include "postgres.h"

/* Settings and hooks of each part, called once from _PG_init. */
extern void agency_init(void);

/*
 * Raises an error unless the catalogue was made for this library: a server
 * restarted with a new library and a database whose extension was not updated
 * must say so instead of misreading rows.
 */
extern void module_check_catalogue(void);

#endif
