/*
 * json_inside.h: what the parts of the JSON kernel share among themselves.
 */
#ifndef VOYGEN_JSON_INSIDE_H
#define VOYGEN_JSON_INSIDE_H

#include "json.h"

/* Up to this many members are compared one by one; larger objects carry a
 * sorted index of uint32_t behind their members. */
#define JDOC_FEW 8

/* Builds the index (in the room behind the members) and returns a member
 * whose name occurs before it, or NULL when all names differ. */
extern const jdoc_member *jdoc_members_index(jdoc_member *members, uint32_t count);

/* The sorted index of an object with more than JDOC_FEW members. */
extern const uint32_t *jdoc_members_order(const jdoc_value *object);

/* Orders names: shorter first, then by bytes. */
extern int jdoc_name_compare(const char *a, uint32_t a_length,
							 const char *b, uint32_t b_length);

#endif
