/*
 * query.c - parameters of a query in PostgreSQL's binary form; lists of queries that wait.
 */
#include "db/query.h"

void
query_start(struct query *query, const struct prepared *statement, query_done *done, void *owner)
{
	*query = (struct query){.statement = statement, .done = done, .owner = owner};
}

void
query_integer(struct query *query, int64_t value)
{
	char *bytes = query->numbers[query->count];

	for (int i = 0; i < 8; i++)
		bytes[i] = (char) ((uint64_t) value >> (56 - 8 * i));
	query_slice(query, (struct slice){bytes, 8});
}

void
query_slice(struct query *query, struct slice value)
{
	query->values[query->count] = value.at != NULL ? value.at : "";
	query->lengths[query->count] = (int) value.length;
	query->count++;
}

int64_t
query_number(const PGresult *result, int row, int column)
{
	const unsigned char *bytes = (const unsigned char *) PQgetvalue(result, row, column);
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | bytes[i];
	return (int64_t) number;
}

void
query_list_add(struct query_list *list, struct query *query)
{
	query->next = NULL;
	query->previous = list->last;
	if (list->last != NULL)
		list->last->next = query;
	else
		list->first = query;
	list->last = query;
	list->count++;
	query->list = list;
}

void
query_list_remove(struct query *query)
{
	struct query_list *list = query->list;

	if (query->previous != NULL)
		query->previous->next = query->next;
	else
		list->first = query->next;
	if (query->next != NULL)
		query->next->previous = query->previous;
	else
		list->last = query->previous;
	list->count--;
	query->list = NULL;
	query->next = query->previous = NULL;
}
