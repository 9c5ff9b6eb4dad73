/*
 * commission_hotel.c
 *	  What the offers of a hotel row share, kept in a few words.
 */
#include "postgres.h"

#include "pg/commission_hotel.h"

void
commission_hotel_hold(Facts *facts, const FactsHotel *hotel, HeldHotel *held)
{
	const commission_offer *offer = &facts->offer;

	facts_offer_hotel(facts, hotel);
	memcpy(held->word, offer->word, sizeof(held->word));
	held->nights = offer->nights;
	held->check_in = offer->check_in;
	held->volume = offer->volume;
	held->currency = hotel->currency;
	held->refundable = offer->refundable;
}

void
commission_hotel_recall(Facts *facts, const HeldHotel *held, FactsHotel *hotel)
{
	commission_offer *offer = &facts->offer;

	memcpy(offer->word, held->word, sizeof(offer->word));
	offer->nights = held->nights;
	offer->check_in = held->check_in;
	offer->volume = held->volume;
	offer->refundable = held->refundable;
	offer->exponent = (uint8) held->currency.digits;
	hotel->currency = held->currency;
	hotel->refundable = (kernel_tri) held->refundable;
}
