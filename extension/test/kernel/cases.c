/* cases.c: reads the lines of a model program; see cases.h. */
#include "cases.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static char *line;
static size_t line_size;
static char *at;

FILE *
cases_open(const char *program, const char *arguments)
{
	char command[256];
	FILE *model;

	snprintf(command, sizeof command, "python3 ../model/%s %s", program, arguments);
	model = popen(command, "r");
	ck_assert_msg(model != NULL, "%s does not start", command);
	return model;
}

void
cases_close(FILE *model)
{
	ck_assert_msg(pclose(model) == 0, "the model program failed");
	free(line);
	line = NULL;
	line_size = 0;
}

bool
cases_line(FILE *model)
{
	ssize_t length = getline(&line, &line_size, model);

	if (length < 0)
		return false;
	line[strcspn(line, "\n")] = '\0';
	at = line;
	return true;
}

char *
cases_word(void)
{
	return cases_part(&at, ' ');
}

static char *
needed_word(void)
{
	char *word = cases_word();

	ck_assert_msg(word != NULL, "a line of the model is too short");
	return word;
}

bool
cases_number(int64_t *number)
{
	char *word = needed_word();

	if (strcmp(word, "-") == 0)
		return false;
	*number = strtoll(word, NULL, 10);
	return true;
}

int64_t
cases_number_or(int64_t otherwise)
{
	int64_t number = otherwise;

	cases_number(&number);
	return number;
}

kernel_text
cases_text(void)
{
	char *word = needed_word();

	return strcmp(word, "-") == 0 ? (kernel_text){NULL, 0} : (kernel_text){word, strlen(word)};
}

kernel_tri
cases_truth(void)
{
	char *word = needed_word();

	if (strcmp(word, "-") == 0)
		return KERNEL_UNKNOWN;
	return strcmp(word, "yes") == 0 ? KERNEL_YES : KERNEL_NO;
}

char *
cases_part(char **rest, char separator)
{
	char *part = *rest;
	char *end;

	if (part == NULL || *part == '\0')
		return NULL;
	end = strchr(part, separator);
	if (end != NULL)
		*end = '\0';
	*rest = end != NULL ? end + 1 : NULL;
	return part;
}
