/*
 * money_currency.c: decimals of the active ISO 4217 codes (List One, as maintained by SIX). Nearly all have two; the lists
 * below hold the others, and the two-decimal codes as one sorted string that is searched in halves.
 */
#include "money.h"

#include <string.h>

static const char two_decimals[] =
	"AED"
	"AFN"
	"ALL"
	"AMD"
	"ANG"
	"AOA"
	"ARS"
	"AUD"
	"AWG"
	"AZN"
	"BAM"
	"BBD"
	"BDT"
	"BGN"
	"BMD"
	"BND"
	"BOB"
	"BOV"
	"BRL"
	"BSD"
	"BTN"
	"BWP"
	"BYN"
	"BZD"
	"CAD"
	"CDF"
	"CHE"
	"CHF"
	"CHW"
	"CNY"
	"COP"
	"COU"
	"CRC"
	"CUP"
	"CVE"
	"CZK"
	"DKK"
	"DOP"
	"DZD"
	"EGP"
	"ERN"
	"ETB"
	"EUR"
	"FJD"
	"FKP"
	"GBP"
	"GEL"
	"GHS"
	"GIP"
	"GMD"
	"GTQ"
	"GYD"
	"HKD"
	"HNL"
	"HTG"
	"HUF"
	"IDR"
	"ILS"
	"INR"
	"IRR"
	"JMD"
	"KES"
	"KGS"
	"KHR"
	"KPW"
	"KYD"
	"KZT"
	"LAK"
	"LBP"
	"LKR"
	"LRD"
	"LSL"
	"MAD"
	"MDL"
	"MGA"
	"MKD"
	"MMK"
	"MNT"
	"MOP"
	"MRU"
	"MUR"
	"MVR"
	"MWK"
	"MXN"
	"MXV"
	"MYR"
	"MZN"
	"NAD"
	"NGN"
	"NIO"
	"NOK"
	"NPR"
	"NZD"
	"PAB"
	"PEN"
	"PGK"
	"PHP"
	"PKR"
	"PLN"
	"QAR"
	"RON"
	"RSD"
	"RUB"
	"SAR"
	"SBD"
	"SCR"
	"SDG"
	"SEK"
	"SGD"
	"SHP"
	"SLE"
	"SOS"
	"SRD"
	"SSP"
	"STN"
	"SVC"
	"SYP"
	"SZL"
	"THB"
	"TJS"
	"TMT"
	"TOP"
	"TRY"
	"TTD"
	"TWD"
	"TZS"
	"UAH"
	"USD"
	"USN"
	"UYU"
	"UZS"
	"VED"
	"VES"
	"WST"
	"XAD"
	"XCD"
	"XCG"
	"YER"
	"ZAR"
	"ZMW"
	"ZWG";

static const char no_decimals[] =
	"BIF"
	"CLP"
	"DJF"
	"GNF"
	"ISK"
	"JPY"
	"KMF"
	"KRW"
	"PYG"
	"RWF"
	"UGX"
	"UYI"
	"VND"
	"VUV"
	"XAF"
	"XOF"
	"XPF";

static const char three_decimals[] = "BHD"
									 "IQD"
									 "JOD"
									 "KWD"
									 "LYD"
									 "OMR"
									 "TND";

static const char four_decimals[] = "CLF"
									"UYW";

/* Binary search in a string of sorted three-letter codes. */
static bool
listed(const char *codes, size_t size, const char code[3])
{
	size_t low = 0;
	size_t high = size / 3;

	while (low < high)
	{
		size_t middle = (low + high) / 2;
		int order = memcmp(code, codes + 3 * middle, 3);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

int
money_exponent(const char code[3])
{
	if (memcmp(code, "USD", 3) == 0 || listed(two_decimals, sizeof two_decimals - 1, code))
		return 2;
	if (listed(no_decimals, sizeof no_decimals - 1, code))
		return 0;
	if (listed(three_decimals, sizeof three_decimals - 1, code))
		return 3;
	return listed(four_decimals, sizeof four_decimals - 1, code) ? 4 : -1;
}
