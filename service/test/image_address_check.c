/*
 * image_address_check.c: which addresses pictures may come from: both edges of every range and the addresses beside them,
 * addresses inside addresses, and the ranges of an operator.
 */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <sys/un.h>

#include "image/address.h"

static struct arena arena;

static void
no_memory(size_t wanted)
{
	(void) wanted;
	abort();
}

static void
setup(void)
{
	arena_open(&arena, no_memory);
}

static void
teardown(void)
{
	arena_close(&arena);
}

static const char *
refusal(const char *text, const struct address_ranges *ranges)
{
	struct sockaddr_storage storage = {0};
	struct sockaddr_in *four = (struct sockaddr_in *) &storage;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *) &storage;

	if (inet_pton(AF_INET, text, &four->sin_addr) == 1)
		four->sin_family = AF_INET;
	else
	{
		ck_assert_msg(inet_pton(AF_INET6, text, &six->sin6_addr) == 1, "%s is no address", text);
		six->sin6_family = AF_INET6;
	}
	return address_refusal((struct sockaddr *) &storage, ranges);
}

/* From the registries of IANA, as first and last address; before and after stand those beside it when they are public. */
static const struct
{
	const char *first, *last, *word;
	const char *before, *after;
} ranges[] = {
	{"0.0.0.0", "0.0.0.0", "unspecified", NULL, NULL},
	{"0.0.0.1", "0.255.255.255", "this network", NULL, "1.0.0.0"},
	{"10.0.0.0", "10.255.255.255", "private", "9.255.255.255", "11.0.0.0"},
	{"100.64.0.0", "100.127.255.255", "provider", "100.63.255.255", "100.128.0.0"},
	{"127.0.0.0", "127.255.255.255", "loopback", "126.255.255.255", "128.0.0.0"},
	{"168.63.129.16", "168.63.129.16", "metadata", "168.63.129.15", "168.63.129.17"},
	{"169.254.0.0", "169.254.169.253", "link-local", "169.253.255.255", NULL},
	{"169.254.169.254", "169.254.169.254", "metadata", NULL, NULL},
	{"169.254.169.255", "169.254.255.255", "link-local", NULL, "169.255.0.0"},
	{"172.16.0.0", "172.31.255.255", "private", "172.15.255.255", "172.32.0.0"},
	{"192.0.0.0", "192.0.0.255", "reserved", "191.255.255.255", "192.0.1.0"},
	{"192.0.2.0", "192.0.2.255", "documentation", "192.0.1.255", "192.0.3.0"},
	{"192.88.99.0", "192.88.99.255", "reserved", "192.88.98.255", "192.88.100.0"},
	{"192.168.0.0", "192.168.255.255", "private", "192.167.255.255", "192.169.0.0"},
	{"198.18.0.0", "198.19.255.255", "benchmarks", "198.17.255.255", "198.20.0.0"},
	{"198.51.100.0", "198.51.100.255", "documentation", "198.51.99.255", "198.51.101.0"},
	{"203.0.113.0", "203.0.113.255", "documentation", "203.0.112.255", "203.0.114.0"},
	{"224.0.0.0", "239.255.255.255", "multicast", "223.255.255.255", NULL},
	{"240.0.0.0", "255.255.255.254", "reserved", NULL, NULL},
	{"255.255.255.255", "255.255.255.255", "broadcast", NULL, NULL},
	{"::", "::", "unspecified", NULL, NULL},
	{"::1", "::1", "loopback", NULL, NULL},
	{"::2", "::fffe:ffff:ffff", "reserved", NULL, NULL},
	{"::ffff:0:0:0", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", NULL, NULL},
	{"64:ff9b::1:0:0", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", NULL, "2000::"},
	{"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "reserved", NULL, NULL},
	{"100::", "100::ffff:ffff:ffff:ffff", "reserved", NULL, NULL},
	{"2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
	{"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "documentation", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
	{"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "documentation", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
	{"4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
	{"fc00::", "fd00:ec2::253", "private", NULL, NULL},
	{"fd00:ec2::254", "fd00:ec2::254", "metadata", NULL, NULL},
	{"fd00:ec2::255", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private", NULL, NULL},
	{"fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved", NULL, NULL},
	{"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "link-local", NULL, NULL},
	{"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private", NULL, NULL},
	{"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast", NULL, NULL},
};

#define RANGES (int) (sizeof(ranges) / sizeof(ranges[0]))

static void
is_refused(const char *address, const char *word)
{
	static const struct address_ranges none;
	const char *said = refusal(address, &none);

	ck_assert_msg(said != NULL && strstr(said, word) != NULL, "%s: %s in place of %s", address, said != NULL ? said : "public", word);
}

static void
is_public(const char *address)
{
	static const struct address_ranges none;
	const char *said = refusal(address, &none);

	ck_assert_msg(said == NULL, "%s: %s", address, said);
}

START_TEST(test_edges)
{
	is_refused(ranges[_i].first, ranges[_i].word);
	is_refused(ranges[_i].last, ranges[_i].word);
	if (ranges[_i].before != NULL)
		is_public(ranges[_i].before);
	if (ranges[_i].after != NULL)
		is_public(ranges[_i].after);
}
END_TEST

/* Every range of IPv4 again, inside addresses of IPv6. */
START_TEST(test_inside)
{
	const char *edges[] = {ranges[_i].first, ranges[_i].last, ranges[_i].before, ranges[_i].after};

	for (int edge = 0; edge < 4; edge++)
	{
		unsigned char byte[4];
		char text[ADDRESS_TEXT_BYTES];

		if (edges[edge] == NULL || inet_pton(AF_INET, edges[edge], byte) != 1)
			continue;
		for (int form = 0; form < 3; form++)
		{
			if (form < 2)
				snprintf(text, sizeof(text), form == 0 ? "::ffff:%u.%u.%u.%u" : "64:ff9b::%u.%u.%u.%u", byte[0], byte[1], byte[2], byte[3]);
			else
				snprintf(text, sizeof(text), "2002:%02x%02x:%02x%02x::1", byte[0], byte[1], byte[2], byte[3]);
			if (edge < 2)
				is_refused(text, ranges[_i].word);
			else
				is_public(text);
		}
	}
}
END_TEST

START_TEST(test_public)
{
	static const char *const addresses[] = {"1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:830::200e",
											"2003::1", "2002:0808:0808::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		is_public(addresses[i]);
}
END_TEST

/* A name that means a public address when it is looked at and another when it is connected to: each is judged by itself. */
START_TEST(test_rebinding)
{
	is_public("93.184.216.34");
	is_refused("127.0.0.1", "loopback");
	is_public("93.184.216.34");
	is_refused("169.254.169.254", "metadata");
}
END_TEST

START_TEST(test_other_families)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/secret"};
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	struct address_ranges all;
	struct failure failure;
	char text[ADDRESS_TEXT_BYTES];

	ck_assert(address_ranges_read(&arena, "0.0.0.0/0, ::/0", &all, &failure));
	ck_assert_str_eq(address_refusal((struct sockaddr *) &un, &all), "no address of the internet");
	ck_assert_str_eq(address_refusal(&none, &all), "no address of the internet");
	address_text(&none, text);
	ck_assert_str_eq(text, "(unknown)");
}
END_TEST

START_TEST(test_allowed)
{
	struct address_ranges allowed;
	struct failure failure;

	ck_assert(address_ranges_read(&arena, " 10.1.0.0/16,\t192.168.7.9 , fd00:1::/32,::1/128", &allowed, &failure));
	ck_assert_uint_eq(allowed.count, 4);
	ck_assert_ptr_null(refusal("10.1.0.0", &allowed));
	ck_assert_ptr_null(refusal("10.1.255.255", &allowed));
	ck_assert_ptr_null(refusal("::ffff:10.1.2.3", &allowed));
	ck_assert_ptr_nonnull(refusal("10.0.255.255", &allowed));
	ck_assert_ptr_nonnull(refusal("10.2.0.0", &allowed));
	ck_assert_ptr_nonnull(refusal("64:ff9b::10.1.2.3", &allowed));
	ck_assert_ptr_null(refusal("192.168.7.9", &allowed));
	ck_assert_ptr_nonnull(refusal("192.168.7.8", &allowed));
	ck_assert_ptr_null(refusal("fd00:1:ffff:ffff:ffff:ffff:ffff:ffff", &allowed));
	ck_assert_ptr_nonnull(refusal("fd00:2::", &allowed));
	ck_assert_ptr_null(refusal("::1", &allowed));
	ck_assert_ptr_nonnull(refusal("127.0.0.1", &allowed));
	ck_assert_ptr_null(refusal("8.8.8.8", &allowed));
	/* all of IPv6 says nothing about IPv4, however it is written */
	ck_assert(address_ranges_read(&arena, "::/0", &allowed, &failure));
	ck_assert_ptr_null(refusal("fe80::1", &allowed));
	ck_assert_ptr_nonnull(refusal("127.0.0.1", &allowed));
	ck_assert_ptr_nonnull(refusal("::ffff:127.0.0.1", &allowed));
	ck_assert(address_ranges_read(&arena, "0.0.0.0/0", &allowed, &failure));
	ck_assert_ptr_null(refusal("127.0.0.1", &allowed));
	ck_assert_ptr_nonnull(refusal("::1", &allowed));
	/* lengths that do not end at a byte */
	ck_assert(address_ranges_read(&arena, "10.32.0.0/11", &allowed, &failure));
	ck_assert_ptr_null(refusal("10.63.255.255", &allowed));
	ck_assert_ptr_nonnull(refusal("10.64.0.0", &allowed));
	ck_assert_ptr_nonnull(refusal("10.31.255.255", &allowed));
}
END_TEST

START_TEST(test_ranges_refused)
{
	static const char *const texts[] = {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8", "10.0.0/8", "10.1.0.0/8",
										"::/129", "fd00::1/64", "localhost", ",", "10.0.0.0/8,", "10.0.0.0/8,,10.0.0.0/8", "/8",
										"10.0.0.0/4294967304", "1234567890123456789012345678901234567890123456789012345678901234567890"};
	struct address_ranges none = {0};
	struct failure failure;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		ck_assert_msg(!address_ranges_read(&arena, texts[i], &none, &failure), "%s was taken", texts[i]);
		ck_assert_ptr_nonnull(failure.expected);
		ck_assert_uint_eq(none.count, 0);
	}
	ck_assert(address_ranges_read(&arena, NULL, &none, &failure) && none.count == 0);
	ck_assert(address_ranges_read(&arena, " \t", &none, &failure) && none.count == 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("image_address");
	TCase *tests = tcase_create("image_address");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, test_edges, 0, RANGES);
	tcase_add_loop_test(tests, test_inside, 0, RANGES);
	tcase_add_test(tests, test_public);
	tcase_add_test(tests, test_rebinding);
	tcase_add_test(tests, test_other_families);
	tcase_add_test(tests, test_allowed);
	tcase_add_test(tests, test_ranges_refused);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
