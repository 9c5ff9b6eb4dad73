\echo Use "ALTER EXTENSION voygen UPDATE TO '1.1'" to load this file. \quit
