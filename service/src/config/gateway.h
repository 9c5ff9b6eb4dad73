/*
 * gateway.h - what `voygen serve` can be told, each by an option or a variable of the environment.
 */
#ifndef VOYGEN_CONFIG_GATEWAY_H
#define VOYGEN_CONFIG_GATEWAY_H

#include <stdbool.h>

#include "failure/failure.h"
#include "memory/arena.h"

struct gateway_settings
{
	const char *hosts;
	const char *origins;       /* NULL: none */
	const char *metrics_token; /* NULL: none */
	int pool;
	int waiting;
	int wait_ms;
	int connections;
	int body_bytes;
	int held_bytes;
	int idle_ms;
	int pace_ms;
	int drain_ms;
	int resume_ms; /* 0: streams cannot be resumed */
	int jobs;
	int refresh;           /* 0 or 1 */
	const char *state_key; /* NULL: made at random */
	int state_ms;
	const char *issuer; /* whose signed tokens are taken; NULL: none */
	const char *audience;
	const char *jwks;
	int leeway_s;
	int rate;
	int burst;
	int failures;
	int per_address;
	int per_caller; /* 0: three quarters of the pool */
	int log_format; /* of enum log_format */
	int log_level;  /* of enum log_level */
	int share;      /* 0 or 1 */
	int share_rate;
	const char *public_url; /* NULL: nobody says */
	const char *file;       /* where more of them stand; NULL: nowhere */
};

enum gateway_kind
{
	GATEWAY_NUMBER,
	GATEWAY_TEXT,
	GATEWAY_SECRET, /* a text that no log says */
	GATEWAY_WORD    /* one of a few; kept as its place among them */
};

/* One of them. Only numbers have bounds. */
struct gateway_setting
{
	const char *option;   /* --pool */
	const char *variable; /* VOYGEN_POOL */
	const char *fallback; /* the text of the value that counts when nobody says; NULL: none */
	long least;
	long most;
	size_t offset; /* in struct gateway_settings */
	enum gateway_kind kind;
	bool live;         /* a running gateway can change it (gateway/reload.h) */
	const char *words; /* of GATEWAY_WORD, with | between them */
	const char *help;
};

#define GATEWAY_SETTINGS 32

extern const struct gateway_setting gateway_table[GATEWAY_SETTINGS];

/* Fills all of them: `given` has the values of the options in the order of the table, NULL where one was not given. The
 * file is read as it is now. */
bool gateway_settings_read(struct arena *arena, const char *const *given, struct gateway_settings *settings,
						   struct failure *failure);

#endif
