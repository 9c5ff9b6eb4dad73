/*
 * doctor_checks.h - the list of what the doctor looks at.
 */
#ifndef VOYGEN_DOCTOR_CHECKS_H
#define VOYGEN_DOCTOR_CHECKS_H

#include <stdbool.h>

struct doctor_check
{
	const char *name;
	const char *sql;     /* answers rows (fine boolean, line text); the first line is shown when all are fine */
	const char *carried; /* name of the carried file whose text is the first parameter, or NULL */
	bool version;        /* the program's version is the (next) parameter */
};

/* In the order they are made; one without a name is the end. */
extern const struct doctor_check doctor_checks[];

#endif
