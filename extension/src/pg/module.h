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
 * Raises an error unless this library serves the catalogue: that of its own
 * version, or of an earlier one whose extension was not updated yet. A
 * catalogue that is newer than the library must be told of, not misread.
 */
extern void module_check_catalogue(void);

#endif
