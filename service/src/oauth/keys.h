/*
 * keys.h - the keys of the issuer, kept: read from a file, or fetched from an address.
 *
 * A file is read at the beginning and at SIGHUP. An address is asked at the beginning, every ten minutes while tokens
 * come, and when a token names a key nobody has heard of, for that at most once a minute: issuers change keys, and anybody
 * can make up a name. What was there stays when the new cannot be had.
 */
#ifndef VOYGEN_OAUTH_KEYS_H
#define VOYGEN_OAUTH_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "failure/failure.h"
#include "loop/loop.h"
#include "oauth/jwk.h"

struct keys;

/* Somebody waits for what is being fetched; it lies where he likes, until he is called or has stopped waiting. */
struct keys_wait
{
	void (*done)(struct keys_wait *wait);
	struct keys_wait *next;
	struct keys_wait *previous;
};

/* For metrics. */
struct keys_state
{
	int count;
	long long fetched;
	long long failed;
};

/* `where` is a path, or an address of http or https; it is kept. False with the failure filled when a file cannot be
 * read; an address that does not answer is asked again. It lies in the arena of the loop. */
struct keys *keys_open(struct loop *loop, const char *where, struct failure *failure);
void keys_close(struct keys *keys);

/* The set as it is now, NULL while there is none. Valid until the loop runs on. */
const struct jwk_set *keys_set(struct keys *keys);

/* Changes with every new set: what was verified by an older one is to be verified again. */
uint32_t keys_generation(const struct keys *keys);

/* Reads or fetches anew (SIGHUP). */
void keys_reload(struct keys *keys);

/* A key is missing. True when an answer of the issuer is on its way: `done` is called when it is there, or has failed.
 * False when there is nothing to wait for. */
bool keys_want(struct keys *keys, struct keys_wait *wait);
void keys_stop(struct keys *keys, struct keys_wait *wait);

struct keys_state keys_look(const struct keys *keys);

#endif
