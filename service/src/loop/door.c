/*
 * door.c - accepts clients.
 */
#include "loop/door.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Clients taken in one turn of the loop, so that a crowd at the door does not keep those inside waiting. */
#define TURN_CLIENTS 32

static void
on_visitors(evutil_socket_t socket, short what, void *context)
{
	struct door *door = context;

	(void) what;
	loop_look_at_clock(door->loop);
	for (int i = 0; i < TURN_CLIENTS; i++)
	{
		int client = accept4(socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		int on = 1;

		if (client < 0)
			return;
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		setsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		door->visitor(door->context, client);
	}
}

/* Cuts ADDR:PORT, [ADDR]:PORT at its last colon. */
static bool
split_address(struct arena *arena, const char *where, char **host, const char **port)
{
	const char *colon = strrchr(where, ':');

	if (colon == NULL || colon == where || colon[1] == '\0' || strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return false;
	*port = colon + 1;
	if (where[0] == '[' && colon[-1] == ']')
		*host = arena_copy(arena, where + 1, (size_t) (colon - where) - 2);
	else
		*host = arena_copy(arena, where, (size_t) (colon - where));
	return true;
}

static int
listen_on(const struct addrinfo *address)
{
	int on = 1;
	int listening = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (listening < 0)
		return -1;
	setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listening, address->ai_addr, address->ai_addrlen) == 0 && listen(listening, 1024) == 0)
		return listening;
	close(listening);
	return -1;
}

/* Asks the kernel where the socket listens, since port 0 is any. */
static void
name_address(struct door *door)
{
	struct sockaddr_storage bound;
	socklen_t length = sizeof(bound);
	char host[INET6_ADDRSTRLEN] = "?";
	char port[8] = "0";

	if (getsockname(door->socket, (struct sockaddr *) &bound, &length) == 0)
		getnameinfo((struct sockaddr *) &bound, length, host, sizeof(host), port, sizeof(port),
					NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(door->address, sizeof(door->address), strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
}

bool
door_open(struct door *door, struct loop *loop, const char *where, door_visitor *visitor, void *context,
		  struct failure *failure)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	const char *port = NULL;
	char *host = NULL;
	int fault;

	*door = (struct door){.loop = loop, .socket = -1, .visitor = visitor, .context = context};
	if (!split_address(loop->arena, where, &host, &port))
		return failure_set(failure, "invalid_argument", arena_format(loop->arena, "\"%s\" is no address to listen on", where),
						   "expected ADDR:PORT, 127.0.0.1:8080 for example; port 0 takes a free one");
	fault = getaddrinfo(host, port, &hints, &found);
	if (fault != 0)
		return failure_set(failure, "invalid_argument",
						   arena_format(loop->arena, "cannot listen on %s: %s", where, gai_strerror(fault)), NULL);
	door->socket = listen_on(found);
	fault = errno;
	freeaddrinfo(found);
	if (door->socket < 0)
		return failure_set(failure, "unavailable",
						   arena_format(loop->arena, "cannot listen on %s: %s", where, strerror(fault)), NULL);
	name_address(door);
	door->event = event_new(loop->base, door->socket, EV_READ | EV_PERSIST, on_visitors, door);
	if (door->event == NULL || event_add(door->event, NULL) != 0)
		loop->arena->fail(sizeof(*door));
	return true;
}

void
door_close(struct door *door)
{
	if (door->event != NULL)
		event_free(door->event);
	if (door->socket >= 0)
		close(door->socket);
	door->event = NULL;
	door->socket = -1;
}

bool
door_is_local(const struct door *door)
{
	return strncmp(door->address, "127.", 4) == 0 || strncmp(door->address, "[::1]", 5) == 0;
}
