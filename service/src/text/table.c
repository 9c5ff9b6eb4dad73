/*
 * table.c - prints the rows of a result in columns.
 */
#include "text/table.h"

#include <string.h>

/* Characters of a UTF-8 text: bytes that do not continue one. */
static int
width_of(const char *text)
{
	int width = 0;

	for (; *text != '\0'; text++)
		width += (*text & 0xC0) != 0x80;
	return width;
}

static int *
column_widths(struct arena *arena, const PGresult *result)
{
	int columns = PQnfields(result);
	int *widths = arena_alloc(arena, sizeof(*widths) * (size_t) (columns + 1));

	for (int column = 0; column < columns; column++)
	{
		widths[column] = width_of(PQfname(result, column));
		for (int row = 0; row < PQntuples(result); row++)
		{
			int width = width_of(PQgetvalue(result, row, column));

			if (width > widths[column])
				widths[column] = width;
		}
	}
	return widths;
}

/* One cell; the last of a line is not filled up with blanks. */
static void
print_cell(FILE *out, const char *text, int width, bool last)
{
	if (last)
		fprintf(out, "%s\n", text);
	else
		fprintf(out, "%s%*s", text, width - width_of(text) + 2, "");
}

void
table_print(struct arena *arena, FILE *out, const PGresult *result)
{
	int columns = PQnfields(result);
	const int *widths = column_widths(arena, result);

	for (int column = 0; column < columns; column++)
		print_cell(out, PQfname(result, column), widths[column], column == columns - 1);
	for (int row = 0; row < PQntuples(result); row++)
	{
		for (int column = 0; column < columns; column++)
			print_cell(out, PQgetvalue(result, row, column), widths[column], column == columns - 1);
	}
}
