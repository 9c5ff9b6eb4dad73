/*
 * rates_volumes.c
 *	  What was booked with each site, for rates in volume tiers.
 *
 * A row of commission_volumes is a site, a window (month, quarter, year) and
 * its first day. What a quote wants is a site and a day: the windows that hold
 * the day are looked for once and kept, as nearly every offer of a scan has the
 * same booking day.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "pg/amounts.h"
#include "pg/rates_volumes.h"
#include "pg/relations.h"

typedef struct Window
{
	commission_window kind;
	kernel_day start;
	int64 amount_milli;
	int64 room_nights;
	int64 bookings;
} Window;

/* A site's windows, and what they say of the day asked last. */
typedef struct SiteVolumes
{
	kernel_text name; /* bytes NULL: a free slot */
	Window *windows;
	int nwindows;
	int room;
	kernel_day day; /* KERNEL_DAY_UNKNOWN: none asked yet */
	bool found;
	commission_volume volume;
} SiteVolumes;

/* Open addressing, at most half full. */
struct RateVolumes
{
	SiteVolumes *slots;
	uint32 nslots;
	uint32 nsites;
	SiteVolumes *last; /* asked about */
};

static inline bool
is_named(const SiteVolumes *slot, kernel_text site)
{
	return slot->name.length == site.length && memcmp(slot->name.bytes, site.bytes, site.length) == 0;
}

static SiteVolumes *
slot_of(const RateVolumes *volumes, kernel_text site)
{
	uint32 at = hash_bytes((const unsigned char *) site.bytes, (int) site.length);

	for (;; at++)
	{
		SiteVolumes *slot = &volumes->slots[at & (volumes->nslots - 1)];

		if (slot->name.bytes == NULL || is_named(slot, site))
			return slot;
	}
}

static void
grow(RateVolumes *volumes)
{
	RateVolumes old = *volumes;

	volumes->nslots = Max(old.nslots * 2, 16);
	volumes->slots = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(SiteVolumes) * volumes->nslots,
												MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < old.nslots; i++)
		if (old.slots[i].name.bytes != NULL)
			*slot_of(volumes, old.slots[i].name) = old.slots[i];
	if (old.slots)
		pfree(old.slots);
}

/* The site's slot, made when it is new. */
static SiteVolumes *
enter_site(RateVolumes *volumes, struct varlena *name)
{
	kernel_text text = {VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)};
	SiteVolumes *slot;

	if (volumes->nsites * 2 >= volumes->nslots)
		grow(volumes);
	slot = slot_of(volumes, text);
	if (slot->name.bytes != NULL)
		return slot;
	slot->name = (kernel_text){pnstrdup(text.bytes, text.length), text.length};
	slot->day = KERNEL_DAY_UNKNOWN;
	volumes->nsites++;
	return slot;
}

static void
add_window(SiteVolumes *site, Stream *row)
{
	text *kind = DatumGetTextPP(stream_value(row, VOLUME_WINDOW));
	Window *window;

	if (site->nwindows == site->room)
	{
		site->room = site->room ? site->room * 2 : 4;
		site->windows = site->windows ? repalloc(site->windows, sizeof(Window) * site->room)
									  : palloc(sizeof(Window) * site->room);
	}
	window = &site->windows[site->nwindows];
	window->kind = commission_window_from_text(VARDATA_ANY(kind), VARSIZE_ANY_EXHDR(kind));
	window->start = DatumGetDateADT(stream_value(row, VOLUME_START));
	if (!amount_decode(stream_value(row, VOLUME_AMOUNT), 3, &window->amount_milli))
		window->amount_milli = 0;
	window->room_nights = DatumGetInt64(stream_value(row, VOLUME_NIGHTS));
	window->bookings = DatumGetInt64(stream_value(row, VOLUME_BOOKINGS));
	if (window->kind != COMMISSION_WINDOW_DEFAULT)
		site->nwindows++;
}

RateVolumes *
rates_volumes_read(int64 agency, Snapshot snapshot)
{
	RateVolumes *volumes = palloc0(sizeof(RateVolumes));
	Stream row;

	stream_open(&row, TABLE_VOLUMES, agency, PG_INT64_MAX, snapshot);
	for (bool more = stream_seek(&row, 0); more; more = stream_next(&row))
		add_window(enter_site(volumes, pg_detoast_datum_packed((struct varlena *)
																   DatumGetPointer(stream_value(&row, VOLUME_SITE)))),
				   &row);
	stream_close(&row);
	return volumes;
}

/* First day of the window that holds a day. */
static kernel_day
window_start(commission_window window, kernel_day day)
{
	int year;
	int month;
	int mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	if (window == COMMISSION_YEAR)
		month = 1;
	else if (window == COMMISSION_QUARTER)
		month -= (month - 1) % 3;
	return date2j(year, month, 1) - POSTGRES_EPOCH_JDATE;
}

static void
settle_day(SiteVolumes *site, kernel_day day)
{
	site->day = day;
	site->found = false;
	memset(&site->volume, 0, sizeof(site->volume));
	for (int i = 0; i < site->nwindows; i++)
	{
		const Window *window = &site->windows[i];

		if (window->start != window_start(window->kind, day))
			continue;
		site->volume.amount_milli[window->kind - 1] = window->amount_milli;
		site->volume.room_nights[window->kind - 1] = window->room_nights;
		site->volume.bookings[window->kind - 1] = window->bookings;
		site->found = true;
	}
}

const commission_volume *
rates_volume(const RateBook *book, kernel_text site, kernel_day day)
{
	SiteVolumes *slot;

	if (book->volumes == NULL || book->volumes->nsites == 0 || site.bytes == NULL)
		return NULL;
	slot = book->volumes->last;
	if (slot == NULL || !is_named(slot, site))
	{
		slot = slot_of(book->volumes, site);
		if (slot->name.bytes == NULL)
			return NULL;
		book->volumes->last = slot;
	}
	if (slot->day != day)
		settle_day(slot, day);
	return slot->found ? &slot->volume : NULL;
}
