/*
 * calendar_names.c - what months and days are called, and how a date is put together (after CLDR). Digits alone are used where
 * nobody can mistake them, so 5 October is never 10/5.
 */
#include "calendar_names.h"

#include "calendar.h"
#include "kernel_text.h"

const char calendar_locales[] = "en, en-GB, en-US, de-DE, es-ES, fr-FR, it-IT, ja-JP";

const char calendar_styles[] = "iso, long, medium, month, short, time, weekday";
static const char *const style_names[] = {"iso", "long", "medium", "month", "short", "time", "weekday"};

static const char *const english_months[] = {"January", "February", "March", "April", "May", "June",
											 "July", "August", "September", "October", "November", "December"};
static const char *const english_short_months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const english_days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const english_short_days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

static const char *const german_months[] = {"Januar", "Februar", "März", "April", "Mai", "Juni",
											"Juli", "August", "September", "Oktober", "November", "Dezember"};
static const char *const german_short_months[] = {"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni",
												  "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."};
static const char *const german_days[] = {"Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"};
static const char *const german_short_days[] = {"Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"};

static const char *const spanish_months[] = {"enero", "febrero", "marzo", "abril", "mayo", "junio",
											 "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"};
static const char *const spanish_short_months[] = {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"};
static const char *const spanish_days[] = {"lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"};
static const char *const spanish_short_days[] = {"lun", "mar", "mié", "jue", "vie", "sáb", "dom"};

static const char *const french_months[] = {"janvier", "février", "mars", "avril", "mai", "juin",
											"juillet", "août", "septembre", "octobre", "novembre", "décembre"};
static const char *const french_short_months[] = {"janv.", "févr.", "mars", "avr.", "mai", "juin",
												  "juil.", "août", "sept.", "oct.", "nov.", "déc."};
static const char *const french_days[] = {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"};
static const char *const french_short_days[] = {"lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."};

static const char *const italian_months[] = {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
											 "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"};
static const char *const italian_short_months[] = {"gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"};
static const char *const italian_days[] = {"lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"};
static const char *const italian_short_days[] = {"lun", "mar", "mer", "gio", "ven", "sab", "dom"};

static const char *const japanese_months[] = {"1月", "2月", "3月", "4月", "5月", "6月",
											  "7月", "8月", "9月", "10月", "11月", "12月"};
static const char *const japanese_days[] = {"月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日"};
static const char *const japanese_short_days[] = {"月", "火", "水", "木", "金", "土", "日"};

/* Styles, in the order of their names. */
static const char *const day_first[] = {"%F", "%A, %-d %B %Y", "%-d %B %Y", "%B %Y", "%-d %b %Y", "%R", "%A"};
static const char *const american[] = {"%F", "%A, %B %-d, %Y", "%B %-d, %Y", "%B %Y", "%b %-d, %Y", "%-I:%M %p", "%A"};
static const char *const german[] = {"%F", "%A, %-d. %B %Y", "%-d. %B %Y", "%B %Y", "%d.%m.%Y", "%R", "%A"};
static const char *const spanish[] = {"%F", "%A, %-d de %B de %Y", "%-d de %B de %Y", "%B de %Y", "%-d %b %Y", "%R", "%A"};
static const char *const french_and_italian[] = {"%F", "%A %-d %B %Y", "%-d %B %Y", "%B %Y", "%-d %b %Y", "%R", "%A"};
static const char *const japanese[] = {"%F", "%Y年%-m月%-d日%A", "%Y年%-m月%-d日", "%Y年%-m月", "%Y/%m/%d", "%R", "%A"};

static const struct calendar_locale locales[] = {
	{"en", english_months, english_short_months, english_days, english_short_days, day_first},
	{"en-GB", english_months, english_short_months, english_days, english_short_days, day_first},
	{"en-US", english_months, english_short_months, english_days, english_short_days, american},
	{"de-DE", german_months, german_short_months, german_days, german_short_days, german},
	{"es-ES", spanish_months, spanish_short_months, spanish_days, spanish_short_days, spanish},
	{"fr-FR", french_months, french_short_months, french_days, french_short_days, french_and_italian},
	{"it-IT", italian_months, italian_short_months, italian_days, italian_short_days, french_and_italian},
	{"ja-JP", japanese_months, japanese_months, japanese_days, japanese_short_days, japanese},
};

const struct calendar_locale *
calendar_locale(kernel_text name)
{
	for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++)
		if (kernel_text_is(name, locales[i].name))
			return &locales[i];
	return NULL;
}

const char *
calendar_style(const struct calendar_locale *locale, kernel_text style)
{
	for (size_t i = 0; i < sizeof(style_names) / sizeof(style_names[0]); i++)
		if (kernel_text_is(style, style_names[i]))
			return locale->styles[i];
	return NULL;
}
