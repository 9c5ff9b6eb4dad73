/*
 * subjects.c
 *	  The trips (clients, agencies) of one statement, each once.
 *
 * A hash table with open addressing: a statement may touch a million trips.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "pg/subjects.h"

/* Puts a subject into its slot; false when it is there already. */
static bool
slot_take(Subjects *set, Subject subject)
{
	uint64 at = ((uint64) subject.agency * UINT64CONST(0x9E3779B97F4A7C15)) ^
				((uint64) subject.subject * UINT64CONST(0xC2B2AE3D27D4EB4F));

	at ^= at >> 29;
	for (;; at++)
	{
		Subject *slot = &set->slots[at & (set->size - 1)];

		if (slot->agency == subject.agency && slot->subject == subject.subject)
			return false;
		if (slot->agency == 0)
		{
			*slot = subject;
			return true;
		}
	}
}

static void
slots_grow(Subjects *set, int size)
{
	Subject *old = set->slots;
	int oldsize = set->size;

	set->size = size;
	set->slots = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(Subject) * size,
											MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < oldsize; i++)
		if (old[i].agency != 0)
			(void) slot_take(set, old[i]);
	if (old)
		pfree(old);
}

void
subjects_add(Subjects *set, int64 agency, int64 subject)
{
	Subject added = {agency, subject};

	/* Rows of one trip come together more often than not. */
	if (set->last.agency == agency && set->last.subject == subject)
		return;
	if (set->n == 1 && set->slots == NULL)
	{
		slots_grow(set, 16);
		(void) slot_take(set, set->last);
	}
	set->last = added;
	if (set->n == 0)
		set->n = 1;
	else if (slot_take(set, added) && ++set->n * 2 > set->size)
		slots_grow(set, set->size * 4);
}

static int
compare_subjects(const void *a, const void *b)
{
	const Subject *x = a;
	const Subject *y = b;

	if (x->agency != y->agency)
		return x->agency < y->agency ? -1 : 1;
	return x->subject < y->subject ? -1 : x->subject > y->subject;
}

void
subjects_sort(Subjects *set)
{
	int n = 0;

	if (set->slots == NULL)
		return;
	for (int i = 0; i < set->size; i++)
		if (set->slots[i].agency != 0)
			set->slots[n++] = set->slots[i];
	qsort(set->slots, n, sizeof(Subject), compare_subjects);
}

void
subjects_free(Subjects *set)
{
	if (set->slots)
		pfree(set->slots);
}
