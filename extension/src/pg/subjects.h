/*
 * subjects.h
 *	  The trips (clients, agencies) of one statement, each once.
 */
#ifndef VOYGEN_SUBJECTS_H
#define VOYGEN_SUBJECTS_H

#include "postgres.h"

typedef struct Subject
{
	int64 agency;
	int64 subject;
} Subject;

/* Starts as zeros. While there is one subject, and most statements have one,
 * nothing is allocated; `slots` comes with the second. */
typedef struct Subjects
{
	Subject last; /* added last, in whatever way */
	int n;
	int size; /* of slots: a power of two, at most half full */
	Subject *slots;
} Subjects;

/* Adds a subject, unless it is there. Agencies have numbers above zero. */
extern void subjects_add(Subjects *set, int64 agency, int64 subject);

/* Leaves the subjects in order in slots[0 .. n - 1]; nothing can be added then. */
extern void subjects_sort(Subjects *set);

extern void subjects_free(Subjects *set);

#endif
