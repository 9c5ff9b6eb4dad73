/*
 * reload.c - compares the settings that count with those that are read now.
 */
#include "gateway/reload.h"

#include <string.h>

#include "log/log.h"

static bool
is_text(const struct gateway_setting *setting)
{
	return setting->kind == GATEWAY_TEXT || setting->kind == GATEWAY_SECRET;
}

static const char *
text_of(const struct gateway_setting *setting, const struct gateway_settings *settings)
{
	return *(const char *const *) (const void *) ((const char *) settings + setting->offset);
}

static int
number_of(const struct gateway_setting *setting, const struct gateway_settings *settings)
{
	return *(const int *) (const void *) ((const char *) settings + setting->offset);
}

static bool
differs(const struct gateway_setting *setting, const struct gateway_settings *one, const struct gateway_settings *other)
{
	const char *mine;
	const char *theirs;

	if (!is_text(setting))
		return number_of(setting, one) != number_of(setting, other);
	mine = text_of(setting, one);
	theirs = text_of(setting, other);
	return mine == NULL || theirs == NULL ? mine != theirs : strcmp(mine, theirs) != 0;
}

/* The word at a place of a|b|c. */
static const char *
word_at(struct arena *arena, const char *words, int place)
{
	for (; place > 0; place--)
		words += strcspn(words, "|") + 1;
	return arena_copy(arena, words, strcspn(words, "|"));
}

/* As the log says it. */
static const char *
value_of(struct arena *arena, const struct gateway_setting *setting, const struct gateway_settings *settings)
{
	const char *text;

	if (setting->kind == GATEWAY_NUMBER)
		return arena_format(arena, "%d", number_of(setting, settings));
	if (setting->kind == GATEWAY_WORD)
		return word_at(arena, setting->words, number_of(setting, settings));
	text = text_of(setting, settings);
	if (text == NULL)
		return "none";
	return setting->kind == GATEWAY_SECRET ? "a secret" : text;
}

static void
say_difference(struct arena *arena, const struct gateway_setting *setting, const struct gateway_settings *old,
			   const struct gateway_settings *new)
{
	const char *before = value_of(arena, setting, old);
	const char *after = value_of(arena, setting, new);
	const struct log_field fields[] = {
		{"setting", setting->option, 0},
		{setting->live ? "before" : "now", before, 0},
		{setting->live ? "now" : "after_restart", after, 0},
		{0},
	};

	if (setting->live)
		log_say_with(LOG_LEVEL_INFO, fields, "%s has changed from %s to %s", setting->option, before, after);
	else
		log_say_with(LOG_LEVEL_WARNING, fields, "%s stays %s: to make it %s needs a restart", setting->option, before, after);
}

/* Also where nothing has changed: the texts of before go away with their arena. */
static void
take_over(const struct gateway_setting *setting, struct gateway_settings *settings, const struct gateway_settings *new)
{
	size_t size = is_text(setting) ? sizeof(const char *) : sizeof(int);

	memcpy((char *) settings + setting->offset, (const char *) new + setting->offset, size);
}

static void
say_failure(const struct failure *failure)
{
	const struct log_field fields[] = {{"code", failure->code, 0}, {0}};

	log_say_with(LOG_LEVEL_ERROR, fields, "all settings stay as they are: %s%s%s", failure->message,
				 failure->expected != NULL ? "; expected " : "", failure->expected != NULL ? failure->expected : "");
}

bool
reload_settings(struct gateway_settings *settings, const char *const *given, struct arena *arena)
{
	struct gateway_settings new;
	struct failure failure;
	int differences = 0;

	if (!gateway_settings_read(arena, given, &new, &failure))
	{
		say_failure(&failure);
		return false;
	}
	/* so that what is said of the change looks as it shall from now on */
	log_configure((enum log_format) new.log_format, (enum log_level) new.log_level);
	for (int i = 0; i < GATEWAY_SETTINGS; i++)
	{
		const struct gateway_setting *setting = &gateway_table[i];

		if (differs(setting, settings, &new))
		{
			say_difference(arena, setting, settings, &new);
			differences++;
		}
		if (setting->live)
			take_over(setting, settings, &new);
	}
	if (differences == 0)
		log_say(LOG_LEVEL_INFO, "no setting has changed");
	return true;
}
