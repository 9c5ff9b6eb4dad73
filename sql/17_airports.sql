-- Airports: what city they serve, and by which clock. A flight's times are stored as instants; who travels reads the clock of the place.
-- Of an airport that is not here the local time is not known. Zones are those of the IANA database, which the server brings.

create function voygen_lib.airports() returns table (code text, city text, zone text)
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select split_part(one, ' ', 1), substr(one, 5), listed.zone
  from (values
    ('Africa/Accra', 'ACC Accra'),
    ('Africa/Addis_Ababa', 'ADD Addis Ababa'),
    ('Africa/Cairo', 'CAI Cairo'),
    ('Africa/Casablanca', 'CMN Casablanca|RAK Marrakesh'),
    ('Africa/Johannesburg', 'CPT Cape Town|JNB Johannesburg'),
    ('Africa/Nairobi', 'NBO Nairobi'),
    ('America/Anchorage', 'ANC Anchorage'),
    ('America/Antigua', 'ANU Antigua'),
    ('America/Argentina/Buenos_Aires', 'EZE Buenos Aires'),
    ('America/Aruba', 'AUA Aruba'),
    ('America/Barbados', 'BGI Barbados'),
    ('America/Belize', 'BZE Belize'),
    ('America/Bogota', 'BOG Bogotá'),
    ('America/Cancun', 'CUN Cancún|CZM Cozumel'),
    ('America/Cayman', 'GCM Grand Cayman'),
    ('America/Chicago', 'AUS Austin|BNA Nashville|DFW Dallas|HOU Houston|IAH Houston|MCI Kansas City|MDW Chicago|MEM Memphis'
      || '|MKE Milwaukee|MOB Mobile|MSP Minneapolis|MSY New Orleans|ORD Chicago|SAT San Antonio|STL St. Louis'),
    ('America/Costa_Rica', 'LIR Liberia|SJO San José'),
    ('America/Curacao', 'CUR Curaçao'),
    ('America/Denver', 'ABQ Albuquerque|DEN Denver|SLC Salt Lake City'),
    ('America/Detroit', 'DTW Detroit'),
    ('America/Edmonton', 'YEG Edmonton|YYC Calgary'),
    ('America/Grand_Turk', 'PLS Providenciales'),
    ('America/Guatemala', 'GUA Guatemala City'),
    ('America/Guayaquil', 'UIO Quito'),
    ('America/Halifax', 'YHZ Halifax'),
    ('America/Indiana/Indianapolis', 'IND Indianapolis'),
    ('America/Jamaica', 'MBJ Montego Bay'),
    ('America/Lima', 'LIM Lima'),
    ('America/Los_Angeles', 'BUR Burbank|LAS Las Vegas|LAX Los Angeles|OAK Oakland|PDX Portland|SAN San Diego|SEA Seattle'
      || '|SFO San Francisco|SJC San José|SMF Sacramento|SNA Santa Ana'),
    ('America/Lower_Princes', 'SXM St. Maarten'),
    ('America/Mazatlan', 'SJD Los Cabos'),
    ('America/Mexico_City', 'BJX León|GDL Guadalajara|MEX Mexico City|PVR Puerto Vallarta'),
    ('America/Montevideo', 'MVD Montevideo'),
    ('America/Nassau', 'NAS Nassau'),
    ('America/New_York', 'ATL Atlanta|BOS Boston|BWI Baltimore|CHS Charleston|CLE Cleveland|CLT Charlotte|CVG Cincinnati'
      || '|DCA Washington|EWR Newark|FLL Fort Lauderdale|IAD Washington|JAX Jacksonville|JFK New York|LGA New York|MCO Orlando|MIA Miami'
      || '|PBI West Palm Beach|PHL Philadelphia|PIT Pittsburgh|RDU Raleigh|RSW Fort Myers|TPA Tampa'),
    ('America/Panama', 'PTY Panama City'),
    ('America/Phoenix', 'PHX Phoenix'),
    ('America/Puerto_Rico', 'SJU San Juan'),
    ('America/Santiago', 'SCL Santiago'),
    ('America/Santo_Domingo', 'POP Puerto Plata|PUJ Punta Cana'),
    ('America/Sao_Paulo', 'GIG Rio de Janeiro|GRU São Paulo'),
    ('America/St_Lucia', 'UVF St. Lucia'),
    ('America/St_Thomas', 'STT St. Thomas'),
    ('America/Toronto', 'YOW Ottawa|YUL Montréal|YYZ Toronto'),
    ('America/Vancouver', 'YVR Vancouver'),
    ('Asia/Amman', 'AMM Amman'),
    ('Asia/Bangkok', 'BKK Bangkok|HKT Phuket'),
    ('Asia/Colombo', 'CMB Colombo'),
    ('Asia/Dubai', 'AUH Abu Dhabi|DXB Dubai'),
    ('Asia/Ho_Chi_Minh', 'HAN Hanoi|SGN Ho Chi Minh City'),
    ('Asia/Hong_Kong', 'HKG Hong Kong'),
    ('Asia/Jakarta', 'CGK Jakarta'),
    ('Asia/Jerusalem', 'TLV Tel Aviv'),
    ('Asia/Kolkata', 'BOM Mumbai|DEL Delhi'),
    ('Asia/Kuala_Lumpur', 'KUL Kuala Lumpur'),
    ('Asia/Makassar', 'DPS Denpasar'),
    ('Asia/Manila', 'MNL Manila'),
    ('Asia/Qatar', 'DOH Doha'),
    ('Asia/Seoul', 'ICN Seoul'),
    ('Asia/Shanghai', 'CAN Guangzhou|PEK Beijing|PVG Shanghai'),
    ('Asia/Singapore', 'SIN Singapore'),
    ('Asia/Taipei', 'TPE Taipei'),
    ('Asia/Tokyo', 'CTS Sapporo|HND Tokyo|ITM Osaka|KIX Osaka|NRT Tokyo|OKA Okinawa'),
    ('Atlantic/Bermuda', 'BDA Bermuda'),
    ('Atlantic/Canary', 'LPA Gran Canaria|TFS Tenerife'),
    ('Atlantic/Madeira', 'FNC Funchal'),
    ('Atlantic/Reykjavik', 'KEF Reykjavík'),
    ('Australia/Brisbane', 'BNE Brisbane|CNS Cairns'),
    ('Australia/Melbourne', 'MEL Melbourne'),
    ('Australia/Perth', 'PER Perth'),
    ('Australia/Sydney', 'SYD Sydney'),
    ('Europe/Amsterdam', 'AMS Amsterdam'),
    ('Europe/Athens', 'ATH Athens|HER Heraklion|JMK Mykonos|JTR Santorini|RHO Rhodes'),
    ('Europe/Berlin', 'BER Berlin|DUS Düsseldorf|FRA Frankfurt|HAM Hamburg|MUC Munich'),
    ('Europe/Brussels', 'BRU Brussels'),
    ('Europe/Budapest', 'BUD Budapest'),
    ('Europe/Copenhagen', 'CPH Copenhagen'),
    ('Europe/Dublin', 'DUB Dublin|ORK Cork|SNN Shannon'),
    ('Europe/Helsinki', 'HEL Helsinki'),
    ('Europe/Istanbul', 'IST Istanbul'),
    ('Europe/Lisbon', 'FAO Faro|LIS Lisbon|OPO Porto'),
    ('Europe/London', 'BHX Birmingham|EDI Edinburgh|GLA Glasgow|LGW London|LHR London|MAN Manchester|STN London'),
    ('Europe/Madrid', 'AGP Málaga|ALC Alicante|BCN Barcelona|IBZ Ibiza|MAD Madrid|PMI Palma'),
    ('Europe/Malta', 'MLA Malta'),
    ('Europe/Moscow', 'SVO Moscow'),
    ('Europe/Oslo', 'BGO Bergen|OSL Oslo'),
    ('Europe/Paris', 'CDG Paris|LYS Lyon|MRS Marseille|NCE Nice|ORY Paris'),
    ('Europe/Prague', 'PRG Prague'),
    ('Europe/Rome', 'BLQ Bologna|BRI Bari|CTA Catania|FCO Rome|FLR Florence|LIN Milan|MXP Milan|NAP Naples|PMO Palermo|PSA Pisa'
      || '|TRN Turin|VCE Venice|VRN Verona'),
    ('Europe/Stockholm', 'ARN Stockholm'),
    ('Europe/Vienna', 'VIE Vienna'),
    ('Europe/Warsaw', 'KRK Kraków|WAW Warsaw'),
    ('Europe/Zagreb', 'SPU Split|ZAG Zagreb'),
    ('Europe/Zurich', 'BSL Basel|GVA Geneva|ZRH Zürich'),
    ('Indian/Maldives', 'MLE Malé'),
    ('Indian/Mauritius', 'MRU Mauritius'),
    ('Pacific/Auckland', 'AKL Auckland|CHC Christchurch|WLG Wellington'),
    ('Pacific/Honolulu', 'HNL Honolulu|KOA Kona|LIH Lihue|OGG Kahului'),
    ('Pacific/Tahiti', 'PPT Papeete')
  ) as listed(zone, served)
  cross join lateral unnest(string_to_array(listed.served, '|')) as one
$$;
comment on function voygen_lib.airports() is 'Airports travellers use most: IATA code, city, time zone.';

create function voygen_lib.trip_zone(trip voygen.trips) returns text
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case when count(*) = count(place.zone) and count(distinct place.zone) = 1 then min(place.zone) end
  from trip_legs as l
  left join lateral (
    select min(a.zone) as zone
    from voygen_lib.airports() as a
    where voygen_lib.plain(a.city) = voygen_lib.plain(l.city)
    having count(distinct a.zone) = 1
  ) as place on true
  where l.agency_id = trip.agency_id
    and l.trip_id = trip.trip_id
$$;
comment on function voygen_lib.trip_zone(voygen.trips) is 'The time zone of a trip all of whose cities lie in one; null when that is not known.';
