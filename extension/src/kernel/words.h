/*
 * words.h: numbers for words. A table gives each distinct text a number from 1 up, in the order they came; looking up a
 * text it does not hold answers 0. Texts live in the arena of the table. Also whole-word search in free text.
 */
#ifndef VOYGEN_KERNEL_WORDS_H
#define VOYGEN_KERNEL_WORDS_H

#include "kernel_arena.h"

typedef struct words_slot
{
	uint64_t hash;
	kernel_text text;
	uint32_t number; /* 0: free */
} words_slot;

/* Open addressing; at most half full, because `most` is known when it is made. */
typedef struct words_table
{
	words_slot *slots;
	size_t mask;
	uint32_t count;
} words_table;

/* A table for up to `most` distinct texts. */
bool words_begin(words_table *table, size_t most, arena *where);

/* Number of the text, entered when it is new (its bytes are copied); 0 when there is no memory. */
uint32_t words_enter(words_table *table, kernel_text text, arena *where);

uint32_t words_find(const words_table *table, const char *text, size_t length);

/*
 * True when `sought` occurs in `text` as whole words, whatever the case: "rome" in "Rome & Amalfi", not in "Jerome". Case
 * is folded for ASCII and for the two-byte letters of Latin, Greek and Cyrillic; other bytes must be equal and count as
 * letters.
 */
bool words_occur(kernel_text text, kernel_text sought);

#endif
